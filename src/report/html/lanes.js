/* SPDX-License-Identifier: Apache-2.0 */
/* A lane a slot, a bar an attempt; and the hands on the axis of time: drag to zoom, drag
 * the axis to pan, wheel with Ctrl to zoom, keys. */

class Lanes extends TimeDrawing {
	/* current: the test that stands out, or null. */
	constructor(parent, view, current) {
		const lane = slots > 160 ? 3 : slots > 64 ? 6 : slots > 24 ? 10 : 16;
		super(
			parent,
			slots * lane + 8,
			`${plural(attempts.length, "attempt")} in ` +
				`${plural(slots, "slot")}; the table of tests has them all`,
			view,
		);
		this.lane = lane;
		this.current = current;
		this.bySlot = Array.from({ length: slots }, () => []);
		for (const a of attempts)
			this.bySlot[a.slot].push(a);
		this.dim = null; /* a set of tests: others stand back */
	}
	/* In a slot attempts follow each other, so the first in view is found by halving. */
	firstIn(list) {
		let low = 0;
		let high = list.length;
		while (low < high) {
			const mid = (low + high) >> 1;
			if (list[mid].end < this.view.from)
				low = mid + 1;
			else
				high = mid;
		}
		return low;
	}
	eachIn(slot, then) {
		const list = this.bySlot[slot];
		for (
			let i = this.firstIn(list);
			i < list.length && list[i].start <= this.view.to;
			i++
		)
			then(list[i]);
	}
	draw(g) {
		this.drawGrid(g, 0, this.height);
		const late = [];
		for (let slot = 0; slot < slots; slot++) {
			const y = 4 + slot * this.lane;
			this.eachIn(slot, (a) => {
				if (a.outcome === "passed" || a.outcome === "skipped")
					this.drawBar(g, a, y);
				else
					late.push([a, y]);
			});
		}
		/* What went wrong is never hidden by what did not. */
		for (const [a, y] of late)
			this.drawBar(g, a, y);
		this.drawNumbers(g);
		if (this.current)
			this.drawCurrent(g);
	}
	drawNumbers(g) {
		const every = Math.ceil(12 / this.lane);
		g.clearRect(0, 0, GUTTER, this.height);
		g.textAlign = "right";
		g.textBaseline = "middle";
		g.fillStyle = colours.text;
		for (let slot = 0; slot < slots; slot += every) {
			g.fillStyle = colours.muted;
			g.fillText(
				slot === 0 ? "slot 0" : String(slot),
				GUTTER - 8,
				4 + (slot + 0.5) * this.lane,
			);
		}
	}
	drawBar(g, a, y) {
		const good = a.outcome === "passed" || a.outcome === "skipped";
		const from = Math.max(this.x(a.start), GUTTER);
		const to = Math.min(this.x(a.end), GUTTER + this.plot);
		const width = Math.max(to - from - (to - from > 4 ? 1 : 0), good ? 0.6 : 2);
		const faint =
			(this.dim && !this.dim.has(a.test)) ||
			(this.current && this.current !== a.test);
		g.globalAlpha = faint ? 0.3 : 1;
		g.fillStyle = colours[a.outcome];
		g.fillRect(from, y + 1, width, this.lane - 2);
		this.drawStood(g, a, y);
		if (width > 34 && this.lane >= 14 && !faint)
			this.drawName(g, a, from, y, width);
		g.globalAlpha = 1;
	}
	/* While it stood at its memory limit, it is hollow below. */
	drawStood(g, a, y) {
		g.fillStyle = colours.page;
		for (const s of a.stood || []) {
			const from = Math.max(
				this.x((s.t || 0) - (s.us || 0)),
				this.x(a.start),
				GUTTER,
			);
			const to = Math.min(this.x(s.t || 0), GUTTER + this.plot);
			if (to - from > 1)
				g.fillRect(from, y + this.lane * 0.6, to - from, this.lane * 0.22);
		}
	}
	drawName(g, a, from, y, width) {
		const name = showLine(a.test.id);
		const room = Math.floor((width - 6) / 5.6);
		const text = name.length <= room ? name : ".." + name.slice(name.length - room + 2);
		g.fillStyle =
			a.outcome === "passed" ||
			a.outcome === "skipped" ||
			a.outcome === "flaky" ||
			a.outcome === "quarantined" ||
			a.outcome === "not-run"
				? colours.text
				: colours.page;
		g.textAlign = "left";
		g.textBaseline = "middle";
		g.save();
		g.beginPath();
		g.rect(from, y, width - 2, this.lane);
		g.clip();
		g.font = "10px system-ui, sans-serif";
		g.fillText(text, from + 3, y + this.lane / 2 + 0.5);
		g.restore();
	}
	drawCurrent(g) {
		g.strokeStyle = colours.text;
		g.lineWidth = 1.5;
		for (const a of this.current.attempts)
			if (a.end >= this.view.from && a.start <= this.view.to) {
				const from = this.x(a.start);
				g.strokeRect(
					from - 0.5,
					4 + a.slot * this.lane,
					Math.max(this.x(a.end) - from, 2),
					this.lane,
				);
			}
	}
	at(x, y) {
		const slot = Math.floor((y - 4) / this.lane);
		if (slot < 0 || slot >= slots || x < GUTTER)
			return null;
		const slack = ((this.view.to - this.view.from) / this.plot) * 2;
		const t = this.us(x);
		let best = null;
		this.eachIn(slot, (a) => {
			if (
				a.start - slack <= t &&
				t <= a.end + slack &&
				(!best || RANK.get(a.outcome) < RANK.get(best.outcome))
			)
				best = a;
		});
		return best;
	}
	tip(x, y) {
		const a = this.at(x, y);
		if (!a)
			return null;
		const n = a.test.attempts.length;
		const memory =
			`${formatSize(a.mem)} reserved` +
			(a.grown ? `, grown to ${formatSize(finalMem(a))}` : "") +
			(a.peak ? `, ${formatSize(a.peak)} at most` : "");
		return [
			el("b", {}, showLine(a.test.id)),
			el(
				"span",
				{ class: "muted" },
				outcomeWord(a.outcome),
				` ${formatTime(a.end - a.start)}` +
					(n > 1 ? `, attempt ${a.n} of ${n}` : "") +
					`, slot ${a.slot}, from ` +
					formatTime(a.start),
			),
			el(
				"span",
				{ class: "muted" },
				memory +
					`; cpu ${formatTime(a.cpu)}` +
					(a.waited > 1000
						? `; waited ${formatTime(a.waited)}`
						: "") +
					(a.paused ? `; paused ${formatTime(a.paused)}` : ""),
			),
			a.last && a.test.detail ? el("span", {}, showLine(a.test.detail)) : null,
		];
	}
}

function outcomeWord(outcome) {
	return el(
		"span",
		{ class: "o", style: `--colour: var(--${outcome}); color: var(--word-${outcome})` },
		outcome,
	);
}

const tip = byId("tip");
function showTip(event, content) {
	tip.hidden = !content;
	if (!content)
		return;
	tip.replaceChildren(...content.filter(Boolean));
	const box = tip.getBoundingClientRect();
	const x = Math.min(event.clientX + 14, innerWidth - box.width - 8);
	const below = event.clientY + 16;
	tip.style.left = Math.max(x, 4) + "px";
	tip.style.top =
		(below + box.height > innerHeight ? event.clientY - box.height - 10 : below) + "px";
}

/* What pointer and keys do on a drawing of time. */
function handle(drawing, band, open) {
	const { canvas, view } = drawing;
	let drag = null;
	const place = (e) => {
		const box = canvas.getBoundingClientRect();
		return { x: e.clientX - box.left, y: e.clientY - box.top };
	};
	canvas.addEventListener("pointerdown", (e) => {
		const p = place(e);
		if (e.button !== 0 || e.pointerType === "touch")
			return;
		const isAxis = drawing instanceof Tracks && p.y < AXIS;
		drag = {
			x: p.x,
			from: view.from,
			to: view.to,
			pan: isAxis || e.shiftKey,
			moved: false,
		};
		canvas.setPointerCapture(e.pointerId);
	});
	canvas.addEventListener("pointermove", (e) => {
		const p = place(e);
		if (!drag) {
			const over = drawing.tip(p.x, p.y);
			canvas.style.cursor = drawing instanceof Lanes && over ? "pointer" : "";
			showTip(e, p.x >= GUTTER ? over : null);
			return;
		}
		drag.moved = drag.moved || Math.abs(p.x - drag.x) > 3;
		if (!drag.moved)
			return;
		tip.hidden = true;
		const span = drag.to - drag.from;
		if (drag.pan) {
			const by = ((drag.x - p.x) / drawing.plot) * span;
			view.set(drag.from + by, drag.to + by);
		} else {
			const left = Math.max(Math.min(p.x, drag.x), GUTTER);
			band.style.left = left + "px";
			band.style.width = Math.max(Math.max(p.x, drag.x) - left, 0) + "px";
			band.hidden = false;
		}
	});
	canvas.addEventListener("pointerup", (e) => {
		const p = place(e);
		const was = drag;
		drag = null;
		band.hidden = true;
		if (was && was.moved && !was.pan)
			view.set(
				drawing.us(Math.max(Math.min(p.x, was.x), GUTTER)),
				drawing.us(Math.max(p.x, was.x)),
			);
		else if (was && !was.moved && drawing instanceof Lanes && drawing.at(p.x, p.y))
			open(drawing.at(p.x, p.y).test);
	});
	canvas.addEventListener("pointercancel", () => {
		drag = null;
		band.hidden = true;
	});
	canvas.addEventListener("click", (e) => {
		const p = place(e);
		if (e.pointerType === "touch" && drawing instanceof Lanes && drawing.at(p.x, p.y))
			open(drawing.at(p.x, p.y).test);
	});
	canvas.addEventListener("pointerleave", () => showTip(null, null));
	canvas.addEventListener("dblclick", () => view.reset());
	canvas.addEventListener(
		"wheel",
		(e) => {
			const across =
				Math.abs(e.deltaX) > Math.abs(e.deltaY)
					? e.deltaX
					: e.shiftKey
						? e.deltaY
						: 0;
			if (e.ctrlKey || e.metaKey)
				view.zoom(
					Math.exp(Math.sign(e.deltaY) * 0.22),
					drawing.us(place(e).x),
				);
			else if (across)
				view.pan(across / drawing.plot);
			else
				return;
			e.preventDefault();
		},
		{ passive: false },
	);
	canvas.addEventListener("keydown", (e) => {
		const keys = {
			"+": () => view.zoom(0.6),
			"=": () => view.zoom(0.6),
			"-": () => view.zoom(1 / 0.6),
			"0": () => view.reset(),
			ArrowLeft: () => view.pan(-0.15),
			ArrowRight: () => view.pan(0.15),
		};
		if (!keys[e.key] || e.ctrlKey || e.metaKey || e.altKey)
			return;
		keys[e.key]();
		e.preventDefault();
	});
}

/* Tracks (if wanted) and lanes below `parent`. */
function makeTimeline(parent, view, { tracks, current, open }) {
	const band = el("div", { class: "band", hidden: true });
	const above = tracks ? new Tracks(parent, view, current || null) : null;
	const box = el("div", { class: "lanes" });
	parent.append(box);
	const lanes = new Lanes(box, view, current || null);
	parent.append(band);
	for (const drawing of [above, lanes])
		if (drawing)
		handle(drawing, band, open);
	return { view, above, lanes, draw: () => [above, lanes].forEach((d) => d && d.request()) };
}
