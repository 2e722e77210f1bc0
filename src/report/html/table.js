/* SPDX-License-Identifier: Apache-2.0 */
/* The table of tests: only the rows near the window exist, however many tests there are. */

const AROUND = 20;

const COLUMNS = [
	{
		key: "outcome",
		name: "Outcome",
		order: (a, b) => RANK.get(a.outcome) - RANK.get(b.outcome),
	},
	{ key: "id", name: "Test", order: (a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0) },
	{
		key: "wall",
		name: "Time",
		num: true,
		text: (t) => (t.attempts.length ? formatTime(t.wall) : ""),
	},
	{
		key: "peak",
		name: "Peak",
		num: true,
		title: "Memory at most",
		text: (t) => (t.peak ? formatSize(t.peak) : ""),
	},
	{
		key: "mem",
		name: "Reserved",
		num: true,
		title: "Memory reserved at the end of the last attempt",
		text: (t) => (t.mem ? formatSize(t.mem) : ""),
	},
	{
		key: "cpu",
		name: "CPU",
		num: true,
		title: "User and system time of the last attempt",
		text: (t) => (t.attempts.length ? formatTime(t.cpu) : ""),
	},
	{
		key: "waited",
		name: "Waited",
		num: true,
		title: "For admission, and paused at the memory limit",
		text: (t) => (t.waited > 1000 ? formatTime(t.waited) : ""),
	},
	{
		key: "tries",
		name: "Tries",
		num: true,
		title: "Attempts",
		text: (t) => (t.tries > 1 ? String(t.tries) : ""),
	},
	{
		key: "start",
		name: "Began",
		num: true,
		title: "The last attempt, since the run began",
		text: (t) => (t.attempts.length ? formatTime(t.start) : ""),
	},
	{
		key: "past",
		name: "History",
		title: "Past attempts, the newest on the right",
		order: (a, b) => badShare(a) - badShare(b),
	},
];
for (const c of COLUMNS)
	c.order = c.order || ((a, b) => a[c.key] - b[c.key]);
const hasPast = tests.some((t) => t.past.length > 1);

function badShare(t) {
	let bad = 0;
	for (const digit of t.past)
		bad += BAD.has(run.outcomes[Number(digit)]);
	return t.past ? bad / t.past.length : -1;
}
for (const t of tests)
	t.tries = t.tries || t.attempts.length;

const longest = tests.reduce((n, t) => Math.max(n, t.wall), 1);
const largest = tests.reduce((n, t) => Math.max(n, t.peak), 1);

class Table {
	constructor(open, changed) {
		this.open = open;
		this.changed = changed;
		this.sort = COLUMNS[0];
		this.down = false;
		this.outcomes = new Set();
		this.current = null; /* a test, by keys */
		this.words = [];
		this.body = byId("rows");
		this.heads = COLUMNS.filter((c) => c.key !== "past" || hasPast);
		this.rowHeight = 25; /* as far as is known; measured when there are rows */
		byId("heads").append(...this.heads.map((c) => this.head(c)));
		addEventListener("scroll", () => this.request(), { passive: true });
		addEventListener("resize", () => this.request());
		this.choose();
	}
	head(c) {
		c.th = el(
			"th",
			{ class: `c-${c.key}${c.num ? " num" : ""}`, scope: "col" },
			el(
				"button",
				{ type: "button", title: c.title, onclick: () => this.sortBy(c) },
				c.name,
			),
		);
		return c.th;
	}
	sortBy(c) {
		/* Figures are looked at from the largest. */
		this.down = this.sort === c ? !this.down : Boolean(c.num) || c.key === "past";
		this.sort = c;
		this.choose();
	}
	search(text, deep) {
		this.words = text.toLowerCase().split(/\s+/).filter(Boolean);
		this.deep = deep;
		this.choose();
	}
	matches(t) {
		if (this.outcomes.size && !this.outcomes.has(t.outcome))
			return false;
		return this.words.every((w) =>
			w.length > 1 && w[0] === "-"
				? !t.key.includes(w.slice(1))
				: t.key.includes(w) ||
					t.outcome === w ||
					(this.deep && this.outputHolds(t, w)),
		);
	}
	/* Looked for as it stands in the page, where a quotation mark has a backslash. */
	outputHolds(t, word) {
		const element = byId("test-" + t.index);
		if (!element)
			return false;
		const text = element.textContent;
		const end = text.lastIndexOf(',"events":[');
		const at = text.toLowerCase().indexOf(JSON.stringify(word).slice(1, -1));
		return at >= 0 && at < end;
	}
	choose() {
		const sign = this.down ? -1 : 1;
		const worst = COLUMNS[0].order;
		this.list = tests
			.filter((t) => this.matches(t))
			.sort(
				(a, b) =>
					sign *
						(a.start === b.start && this.sort.key === "start"
							? 0
							: this.sort.order(a, b)) ||
					worst(a, b) ||
					a.start - b.start ||
					a.index - b.index,
			);
		for (const c of this.heads) {
			if (c === this.sort)
				c.th.setAttribute(
					"aria-sort",
					this.down ? "descending" : "ascending",
				);
			else
				c.th.removeAttribute("aria-sort");
			c.th.firstChild.textContent =
				c.name + (c === this.sort ? (this.down ? " ↓" : " ↑") : "");
		}
		const all = this.list.length === tests.length;
		byId("shown").textContent = all ? "" : `${this.list.length} of ${tests.length}`;
		byId("table").setAttribute("aria-rowcount", this.list.length + 1);
		this.drawn = "";
		this.draw();
		this.changed(all ? null : new Set(this.list));
	}
	request() {
		if (!this.pending)
			this.pending = requestAnimationFrame(() => {
				this.pending = 0;
				this.draw();
			});
	}
	draw() {
		if (byId("run-view").hidden)
			return;
		const top = this.body.getBoundingClientRect().top;
		const first = Math.max(
			0,
			Math.min(Math.floor(-top / this.rowHeight) - AROUND, this.list.length - 1),
		);
		const last = Math.min(
			this.list.length,
			first + Math.ceil(innerHeight / this.rowHeight) + 2 * AROUND,
		);
		const drawn = `${first} ${last} ${this.current ? this.current.index : ""}`;
		if (drawn === this.drawn)
			return;
		this.drawn = drawn;
		const rows = [this.spacer(first)];
		for (let i = first; i < last; i++)
			rows.push(this.row(this.list[i], i));
		rows.push(this.spacer(this.list.length - last));
		if (!this.list.length)
			rows.push(this.emptyRow());
		const focused = this.body.contains(document.activeElement)
			? document.activeElement.getAttribute("href")
			: null;
		this.body.replaceChildren(...rows);
		if (focused)
			this.focus(focused);
		this.measure();
	}
	emptyRow() {
		const text = el("td", { colspan: this.heads.length }, "No test matches.");
		return el("tr", { class: "none" }, text);
	}
	/* Who walks the links by Tab stays where he was when rows are made anew. */
	focus(href) {
		for (const link of this.body.querySelectorAll("a"))
			if (link.getAttribute("href") === href)
				link.focus({ preventScroll: true });
	}
	/* Fonts differ. */
	measure() {
		const row = this.body.children[1];
		const height = this.list.length ? row.getBoundingClientRect().height : 0;
		if (height > 1 && Math.abs(height - this.rowHeight) > 0.01) {
			this.rowHeight = height;
			this.drawn = "";
			this.draw();
		}
	}
	spacer(n) {
		return el(
			"tr",
			{
				class: "spacer",
				"aria-hidden": "true",
				style: `height: ${n * this.rowHeight}px`,
			},
			n ? el("td", { colspan: this.heads.length }) : null,
		);
	}
	row(t, i) {
		const cells = this.heads.map((c) => this.cell(t, c));
		return el(
			"tr",
			{ "aria-rowindex": i + 2, class: t === this.current ? "current" : null },
			...cells,
		);
	}
	cell(t, c) {
		const td = el("td", { class: `c-${c.key}${c.num ? " num" : ""}` });
		if (c.key === "outcome") {
			const word = outcomeWord(t.outcome);
			word.title = t.outcome;
			td.append(word);
		} else if (c.key === "id") {
			td.classList.add("id");
			const id = showLine(t.id);
			td.title = t.detail ? `${id}: ${showLine(t.detail)}` : id;
			td.append(el("a", { href: linkTo(t) }, id));
			if (t.detail)
				td.append(el("span", { class: "muted" }, showLine(t.detail)));
		} else if (c.key === "past") {
			td.append(pastDots(t));
		} else {
			td.textContent = c.text(t);
		}
		const weight =
			c.key === "wall"
				? t.wall / longest
				: c.key === "peak"
					? t.peak / largest
					: 0;
		if (weight > 0.005) {
			td.classList.add("weighed");
			td.style.setProperty("--weight", Math.round(weight * 100) + "%");
		}
		return td;
	}
	/* By keys: to the row that is so many further down. */
	step(by) {
		if (!this.list.length)
			return;
		const at = this.current ? this.list.indexOf(this.current) : -1;
		const next = Math.min(Math.max(at + by, 0), this.list.length - 1);
		this.current = this.list[next];
		const y = this.body.getBoundingClientRect().top + next * this.rowHeight;
		if (y < 40)
			scrollBy(0, y - innerHeight / 3);
		else if (y > innerHeight - 2 * this.rowHeight)
			scrollBy(0, y - (innerHeight * 2) / 3);
		this.draw();
	}
}

const linkTo = (t) => "#test=" + encodeURIComponent(t.id);

function pastDots(t) {
	const outcomes = Array.from(t.past.slice(-16), (digit) => run.outcomes[Number(digit)]);
	const bad = outcomes.filter((o) => BAD.has(o)).length;
	const dots = el("span", {
		class: "past",
		role: "img",
		"aria-label": `${bad} of ${outcomes.length} went wrong`,
		title: outcomes.join(" "),
	});
	dots.append(...outcomes.map((o) => el("i", { style: `--colour: var(--${o})` })));
	return dots;
}
