/* SPDX-License-Identifier: Apache-2.0 */
/* What the page of a test is made of, beside its plain facts; null: nothing to tell. */

const BESIDE_MAX = 40;
const PATHS_MAX = 200;

const heading = (text, ...more) => el("h2", {}, text, ...more);
const section = (title, ...children) => el("section", {}, heading(title), ...children);
const quiet = (text) => el("p", { class: "muted quiet" }, text);
const mono = (text) => el("span", { class: "mono" }, showLine(text));
const ns = (n) => formatTime((n || 0) / 1000);

function plainTable(heads, rows) {
	const head = el("tr", {}, ...heads.map((h) => el("th", { scope: "col" }, h)));
	const body = rows.map((cells) => el("tr", {}, ...cells.map((c) => el("td", {}, c))));
	const parts = [el("thead", {}, head), el("tbody", {}, ...body)];
	return el("div", { class: "wide" }, el("table", { class: "plain" }, ...parts));
}

function copyButton(text) {
	const button = el("button", { type: "button" }, "Copy");
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(text);
			button.textContent = "Copied";
		} catch {
			/* No clipboard for pages from a disk: mark it, for the keys. */
			getSelection().selectAllChildren(button.previousElementSibling);
			button.textContent = "Marked";
		}
		setTimeout(() => (button.textContent = "Copy"), 1500);
	});
	return button;
}

/* A bar a past attempt, as high as it took long. */
function sparkline(past) {
	const most = past.reduce((n, p) => Math.max(n, p.wall || 0), 1);
	const svgNs = "http://www.w3.org/2000/svg";
	const svg = document.createElementNS(svgNs, "svg");
	const begin = (started.wall_start_ns || 0) / 1e6;
	svg.setAttribute("class", "spark");
	svg.setAttribute("viewBox", "0 0 460 56");
	svg.setAttribute("role", "img");
	svg.setAttribute("aria-label", `Time and outcome of ${past.length} past attempts`);
	past.forEach((p, i) => {
		const bar = document.createElementNS(svgNs, "rect");
		const height = Math.max(((p.wall || 0) / most) * 52, 3);
		const now = p.taken_ms >= begin && p.taken_ms <= begin + endUs / 1000 + 1000;
		const title = document.createElementNS(svgNs, "title");
		const place = { x: i * 11.4 + 1, y: 55 - height, width: 9, height };
		for (const [name, value] of Object.entries(place))
			bar.setAttribute(name, value);
		bar.style.fill = `var(--${p.outcome})`;
		if (now)
			bar.setAttribute("class", "now");
		const peak = p.peak ? formatSize(p.peak) : "";
		const words = [p.outcome, formatTime(p.wall || 0), peak];
		title.textContent =
			`${formatDate(p.taken_ms * 1e6)}: ${words.filter(Boolean).join(", ")}` +
			(now ? " (this run)" : "");
		bar.append(title);
		svg.append(bar);
	});
	return svg;
}

function pastPart(past) {
	if (past.length < 2)
		return null;
	const good = past.filter((p) => p.outcome === "passed").map((p) => p.wall || 0);
	const most = past.reduce((n, p) => Math.max(n, p.peak || 0), 0);
	const words = [`${good.length} of the last ${past.length} attempts passed`];
	good.sort((a, b) => a - b);
	if (good.length)
		words.push(`median ${formatTime(good[good.length >> 1])}`);
	if (most)
		words.push(`largest ${formatSize(most)}`);
	return section("History", sparkline(past), quiet(words.join(", ")));
}

function attemptRow(t, a) {
	const r = a.result;
	const row = t.attempts.find((one) => one.n === a.n);
	const limits = [r.mem_limit_bytes || a.mem, r.mem_limit_end_bytes].filter(Boolean);
	const why = [a.reason && `again: ${a.reason}`, a.detail].filter(Boolean).join("; ");
	return [
		String(a.n),
		outcomeWord(a.finished ? r.outcome || "error" : "not-run"),
		row ? formatTime(row.start) : "",
		ns(r.wall_ns),
		[...new Set(limits.map(formatSize))].join(" → "),
		r.mem_peak_bytes ? formatSize(r.mem_peak_bytes) : "",
		ns(r.waited_ns),
		r.pauses ? ns(r.paused_ns) : "",
		showLine(why),
	];
}

function attemptsPart(t, list) {
	if (list.length < 2)
		return null;
	const heads = ["", "Outcome", "Began", "Time", "Limit", "Peak", "Waited", "Paused", "Why"];
	return section("Attempts", plainTable(heads, list.map((a) => attemptRow(t, a))));
}

const fileOf = (o) => showLine(`${started.dir || ""}/${o.file}`);

function fillOutput(pre, o) {
	pre.replaceChildren(renderOutput(o.head || ""));
	if (o.left_out) {
		const gap = `${formatSize(o.left_out)} left out here; the whole is in ${fileOf(o)}`;
		pre.append(el("span", { class: "gap" }, gap), renderOutput(o.tail || ""));
	}
	pre.hidden = Boolean(o.fault) || !(o.head || o.tail || o.left_out);
}

function aboutOutput(o, isEmpty) {
	const words = [];
	if (o.fault)
		words.push(`Not readable when this page was written: ${o.fault}.`);
	else if (isEmpty)
		words.push("It wrote nothing.");
	if (o.cut)
		words.push(`${formatSize(o.cut)} above --output-limit were not kept.`);
	return [...words, fileOf(o)].join(" ");
}

/* The attempt whose output is looked at first: the last that failed, else the last. */
function firstShown(t, outputs) {
	const bad = outputs.filter((o) =>
		t.attempts.some((a) => a.n === o.attempt && BAD.has(a.outcome)),
	);
	return bad.pop() || outputs[outputs.length - 1];
}

function outputPart(t, outputs) {
	if (!outputs.length)
		return section("Output", quiet("None was kept."));
	const pre = el("pre", { class: "output wrap", tabindex: "0", "aria-label": "Output" });
	const about = quiet("");
	const chip = (text, act) =>
		el("button", { type: "button", class: "chip", onclick: act }, text);
	const press = (button, on) => button.setAttribute("aria-pressed", String(on));
	const choose = (o) => {
		buttons.forEach((b, i) => press(b, outputs[i] === o));
		fillOutput(pre, o);
		about.textContent = aboutOutput(o, pre.hidden);
	};
	const buttons = outputs.map((o) => chip(`attempt ${o.attempt}`, () => choose(o)));
	const wrap = chip("wrap", () => press(wrap, pre.classList.toggle("wrap")));

	press(wrap, true);
	choose(firstShown(t, outputs));
	/* Why a test failed stands mostly at the end. */
	requestAnimationFrame(() => (pre.scrollTop = pre.scrollHeight));
	const chips = el("span", { class: "chips" }, ...(buttons.length > 1 ? buttons : []), wrap);
	return el("section", {}, el("h2", { class: "bar" }, "Output", chips), pre, about);
}

/* The attempts that ran when its last one did, the bad ones first. */
function findBeside(t) {
	const own = t.attempts[t.attempts.length - 1];
	const beside = [];
	for (const a of attempts) {
		if (a.start > own.end)
			break;
		const overlap = Math.min(a.end, own.end) - Math.max(a.start, own.start);
		if (a.test !== t && overlap > 0)
			beside.push([a, overlap]);
	}
	const rank = (pair) => RANK.get(pair[0].outcome);
	return beside.sort((x, y) => rank(x) - rank(y) || y[1] - x[1]);
}

function besidePart(t) {
	if (!t.attempts.length)
		return null;
	const beside = findBeside(t);
	if (!beside.length)
		return section("Ran beside it", quiet("Nothing of this run."));
	const rows = beside.slice(0, BESIDE_MAX).map(([a, overlap]) => [
		outcomeWord(a.outcome),
		el("a", { class: "mono", href: linkTo(a.test) }, showLine(a.test.id)),
		formatTime(overlap),
	]);
	const more = beside.length - rows.length;
	return section(
		`Ran beside it: ${plural(beside.length, "attempt")}`,
		plainTable(["Outcome", "Test", "Together"], rows),
		more ? quiet(`and ${more} more`) : null,
	);
}

function leftoversPart(r) {
	if (!r.leftovers)
		return null;
	const rows = r.leftovers.map((l) => [
		String(l.pid),
		mono(l.name || ""),
		mono(l.command || ""),
		ns(l.age_ns),
	]);
	return section("Left running", plainTable(["Pid", "Name", "Command", "Age"], rows));
}

function isolationPart(r, last) {
	if (!last || !last.finished)
		return null;
	const profile = started.profile ? `Profile ${showLine(started.profile)}` : "The profile";
	if (!r.degraded)
		return section("Isolation", quiet(`${profile}, applied as asked.`));
	const rows = r.degraded.map((d) => [showLine(d.what || ""), showLine(d.why || "")]);
	return section(
		"Isolation",
		quiet(`${profile}, but not all that it asks for:`),
		plainTable(["What", "Why"], rows),
	);
}

function refusedPart(r) {
	if (!r.refused)
		return null;
	const rows = r.refused.map((c) => [
		mono(c.call || ""),
		c.error || "",
		mono(c.program || ""),
		String(c.count || 1),
		mono(c.permit || ""),
	]);
	const heads = ["Call", "Error", "By", "Times", "To permit it"];
	return section("System calls refused", plainTable(heads, rows));
}

function filesPart(r) {
	const lists = [
		["Written", r.written, r.n_written],
		["Deleted", r.deleted, r.n_deleted],
		["Kept", r.kept, r.n_kept],
	].filter(([, list]) => list);
	const details = lists.map(([name, list, n]) => {
		const shown = list.slice(0, PATHS_MAX).map(showLine);
		if ((n || list.length) > shown.length)
			shown.push("..");
		const text = el("pre", {}, shown.join("\n"));
		const title = el("summary", {}, `${name}: ${n || list.length}`);
		return el("details", { open: shown.length <= 10 }, title, text);
	});
	return details.length ? section("Files in the workspace", ...details) : null;
}
