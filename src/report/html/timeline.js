/* SPDX-License-Identifier: Apache-2.0 */
/* Everything that shares the axis of time: what stretch of it is seen, and the tracks of
 * memory, cpus and tests at once above the lanes. */

const GUTTER = 76;
const RIGHT = 10;
const AXIS = 20;

const colours = {};
function readColours() {
	const style = getComputedStyle(document.documentElement);
	for (const name of [
		"page",
		"panel",
		"text",
		"muted",
		"line",
		"strong",
		"accent",
		"hover",
		"reserved",
		"used",
		"cpu",
		"running",
		"limit",
		...OUTCOMES,
		...HELD,
	])
		colours[name] = style.getPropertyValue("--" + name).trim();
}

/* The stretch of time in view, shared by all that draw it. */
class View {
	constructor(from, to) {
		this.from = this.homeFrom = from;
		this.to = this.homeTo = to;
		this.listeners = [];
	}
	set(from, to) {
		const span = Math.min(Math.max(to - from, 50), endUs);
		this.from = Math.min(Math.max(from, 0), endUs - span);
		this.to = this.from + span;
		for (const listener of this.listeners)
			listener();
	}
	zoom(factor, at) {
		const centre = at === undefined ? (this.from + this.to) / 2 : at;
		this.set(
			centre - (centre - this.from) * factor,
			centre + (this.to - centre) * factor,
		);
	}
	pan(share) {
		const by = (this.to - this.from) * share;
		this.set(this.from + by, this.to + by);
	}
	reset() {
		this.set(this.homeFrom, this.homeTo);
	}
}

/* Round steps of time of which some eight fit. */
function axisStep(span, n) {
	const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600];
	const want = span / n;
	if (want <= 1e6) {
		const unit = 10 ** Math.floor(Math.log10(want));
		return unit * [1, 2, 5, 10].find((k) => k * unit >= want);
	}
	return (seconds.find((s) => s * 1e6 >= want) || 86400) * 1e6;
}

function axisText(us, step) {
	if (us >= 6e7 && step >= 1e6)
		return formatTime(us);
	const digits = Math.max(0, Math.ceil(6 - Math.log10(step)));
	return (us / 1e6).toFixed(Math.min(digits, 6)) + "s";
}

/* A canvas as wide as its parent, drawn again when that changes. */
class Drawing {
	constructor(parent, height, label) {
		this.canvas = el("canvas", { role: "img", "aria-label": label, tabindex: "0" });
		this.height = height;
		parent.append(this.canvas);
		this.pending = 0;
		new ResizeObserver(() => this.request()).observe(parent);
	}
	request() {
		if (!this.pending)
			this.pending = requestAnimationFrame(() => {
				this.pending = 0;
				this.paint();
			});
	}
	paint() {
		const width = this.canvas.parentElement.clientWidth;
		if (!width)
			return;
		const scale = window.devicePixelRatio || 1;
		this.width = width;
		this.canvas.style.height = this.height + "px";
		const w = Math.round(width * scale);
		const h = Math.round(this.height * scale);
		if (this.canvas.width !== w || this.canvas.height !== h) {
			this.canvas.width = w;
			this.canvas.height = h;
		}
		const g = this.canvas.getContext("2d");
		g.setTransform(scale, 0, 0, scale, 0, 0);
		g.clearRect(0, 0, width, this.height);
		g.font = "11px system-ui, sans-serif";
		this.draw(g);
	}
}

class TimeDrawing extends Drawing {
	constructor(parent, height, label, view) {
		super(parent, height, label);
		this.view = view;
		view.listeners.push(() => this.request());
	}
	get plot() {
		return Math.max(this.width - GUTTER - RIGHT, 10);
	}
	x(us) {
		return (
			GUTTER +
			((us - this.view.from) / (this.view.to - this.view.from)) * this.plot
		);
	}
	us(x) {
		return (
			this.view.from +
			((x - GUTTER) / this.plot) * (this.view.to - this.view.from)
		);
	}
	eachTick(then) {
		const step = axisStep(this.view.to - this.view.from, Math.max(this.plot / 100, 2));
		for (let t = Math.ceil(this.view.from / step) * step; t <= this.view.to; t += step)
			then(this.x(t), t, step);
	}
	drawGrid(g, from, to) {
		g.fillStyle = colours.line;
		this.eachTick((x) => g.fillRect(Math.round(x), from, 1, to - from));
	}
	drawAxis(g) {
		g.fillStyle = colours.muted;
		g.textAlign = "center";
		g.textBaseline = "middle";
		this.eachTick((x, t, step) => {
			if (x < this.width - 24)
				g.fillText(axisText(t, step), x, AXIS / 2);
		});
	}
	/* The largest value of a series below each pixel. */
	levels(s) {
		const out = new Float64Array(this.plot | 0);
		let i = stepAt(s, this.view.from);
		for (let px = 0; px < out.length; px++) {
			const until = this.us(GUTTER + px + 1);
			let most = s.v[i];
			while (i + 1 < s.t.length && s.t[i + 1] < until)
				most = Math.max(most, s.v[++i]);
			out[px] = most;
		}
		return out;
	}
	drawArea(g, s, colour, top, height, most) {
		const levels = this.levels(s);
		g.fillStyle = colour;
		for (let px = 0; px < levels.length; px++) {
			const h = most ? Math.min(levels[px] / most, 1) * height : 0;
			if (h > 0)
				g.fillRect(
					GUTTER + px,
					top + height - Math.max(h, 0.5),
					1,
					Math.max(h, 0.5),
				);
		}
	}
	drawStep(g, s, colour, top, height, most) {
		const levels = this.levels(s);
		g.strokeStyle = colour;
		g.lineWidth = 1;
		g.beginPath();
		for (let px = 0; px < levels.length; px++) {
			const y = Math.round(top + height - (levels[px] / most) * height) + 0.5;
			g.lineTo(GUTTER + px, y);
			g.lineTo(GUTTER + px + 1, y);
		}
		g.stroke();
	}
	drawLabel(g, text, value, top, height) {
		g.textAlign = "right";
		g.fillStyle = colours.text;
		g.textBaseline = "alphabetic";
		g.fillText(text, GUTTER - 8, top + height - 2);
		g.fillStyle = colours.muted;
		if (value)
			g.fillText(value, GUTTER - 8, top + 9);
	}
}

class Tracks extends TimeDrawing {
	/* current: a test whose own memory is shown, too; or null. */
	constructor(parent, view, current) {
		const most = Math.max(series.width.max, series.running.max);
		const largest = Math.max(series.reserved.max, series.used.max);
		super(
			parent,
			0,
			`Over ${formatTime(endUs)}: at most ${formatSize(series.reserved.max)} ` +
				`reserved of ${formatSize(budget)}, ${series.running.max} at once`,
			view,
		);
		this.tracks = [
			{
				name: "memory",
				height: 78,
				most: Math.max(budget, largest) * 1.06 || 1,
				top: formatSize(Math.max(budget, largest)),
				draw: this.memory,
			},
			{
				name: "cpus",
				height: 46,
				most: Math.max(cpus, 1) * 1.12 || 1,
				top: String(cpus || ""),
				draw: this.cpu,
			},
			{
				name: "at once",
				height: 36,
				most: most * 1.12 || 1,
				top: String(most),
				draw: this.running,
			},
			{ name: "held by", height: 12, most: 1, top: "", draw: this.held },
		];
		if (current) {
			this.own = seriesOfAttempts(current.attempts);
			const own = Math.max(this.own.reserved.max, this.own.used.max);
			this.tracks.unshift({
				name: "its memory",
				height: 60,
				most: own * 1.06 || 1,
				top: formatSize(own),
				draw: this.ownMemory,
			});
		}
		let y = AXIS + 2;
		for (const t of this.tracks) {
			t.y = y;
			y += t.height + 10;
		}
		this.height = y - 2;
	}
	ownMemory(g, t) {
		this.drawArea(g, this.own.reserved, colours.reserved, t.y, t.height, t.most);
		this.drawArea(g, this.own.used, colours.used, t.y, t.height, t.most);
	}
	memory(g, t) {
		this.drawArea(g, series.reserved, colours.reserved, t.y, t.height, t.most);
		this.drawArea(g, series.used, colours.used, t.y, t.height, t.most);
		if (budget)
			this.drawLevel(g, t, budget);
	}
	cpu(g, t) {
		this.drawArea(g, series.cpu, colours.cpu, t.y, t.height, t.most);
		if (series.load)
			this.drawStep(g, series.load, colours.text, t.y, t.height, t.most);
		if (cpus)
			this.drawLevel(g, t, cpus);
	}
	running(g, t) {
		this.drawArea(g, series.running, colours.running, t.y, t.height, t.most);
		if (series.width.max)
			this.drawStep(g, series.width, colours.limit, t.y, t.height, t.most);
	}
	held(g, t) {
		for (const span of held) {
			if (span.to < this.view.from || span.from > this.view.to)
				continue;
			const from = Math.max(this.x(span.from), GUTTER);
			const to = Math.min(this.x(span.to), GUTTER + this.plot);
			g.fillStyle = colours[span.cause];
			g.fillRect(from, t.y, Math.max(to - from, 0.5), t.height);
		}
	}
	drawLevel(g, t, level) {
		const y = Math.round(t.y + t.height - (level / t.most) * t.height) + 0.5;
		g.strokeStyle = colours.limit;
		g.setLineDash([4, 3]);
		g.beginPath();
		g.moveTo(GUTTER, y);
		g.lineTo(GUTTER + this.plot, y);
		g.stroke();
		g.setLineDash([]);
	}
	draw(g) {
		this.drawGrid(g, AXIS, this.height);
		this.drawAxis(g);
		for (const t of this.tracks) {
			t.draw.call(this, g, t);
			g.fillStyle = colours.strong;
			g.fillRect(GUTTER, t.y + t.height, this.plot, 1);
			this.drawLabel(g, t.name, t.top, t.y, t.height);
		}
	}
	tip(x) {
		const t = Math.min(Math.max(this.us(x), 0), endUs);
		const cause = held.find((s) => s.from <= t && t < s.to);
		return [
			el("b", {}, axisText(t, (this.view.to - this.view.from) / 1000)),
			el(
				"span",
				{ class: "muted" },
				`memory ${formatSize(valueAt(series.reserved, t))} reserved, ` +
					`${formatSize(valueAt(series.used, t))} used` +
					(budget ? `, of ${formatSize(budget)}` : ""),
			),
			el(
				"span",
				{ class: "muted" },
				`cpus ${valueAt(series.cpu, t).toFixed(1)}` +
					(cpus ? ` of ${cpus}` : "") +
					(series.load
						? `; busy ${valueAt(series.load, t).toFixed(1)}`
						: ""),
			),
			el(
				"span",
				{ class: "muted" },
				`${valueAt(series.running, t)} tests at once` +
					(series.width.max
						? `, ${valueAt(series.width, t)} may`
						: "") +
					(cause
						? `; next one held by: ${HELD_TEXT[cause.cause]}`
						: ""),
			),
		];
	}
}
