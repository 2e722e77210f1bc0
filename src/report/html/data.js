/* SPDX-License-Identifier: Apache-2.0 */
/* The run as the page holds it: read, and added up over time.  Times are in microseconds
 * since the run began, memory in bytes. */
"use strict";

const byId = (id) => document.getElementById(id);
const readData = (id) => JSON.parse(byId(id).textContent);

const run = readData("run-data");
const tests = readData("tests-data");

/* Worst first: this is the order of the table, too. */
const OUTCOMES = [
	"failed",
	"crashed",
	"timed-out",
	"out-of-memory",
	"error",
	"not-run",
	"quarantined",
	"flaky",
	"skipped",
	"passed",
];
const BAD = new Set(["failed", "crashed", "timed-out", "out-of-memory", "error"]);
const RANK = new Map(OUTCOMES.map((name, i) => [name, i]));

const started = run.events.find((e) => e.event === "run-started") || {};
const finished = run.events.find((e) => e.event === "run-finished");
const interrupted = run.events.find((e) => e.event === "interrupted");
const budget = started.budget_bytes || 0;
const cpus = started.cpus || 0;
const endUs = Math.max(run.end, 1);

/* What is empty was left out. */
const attempts = [];
tests.forEach((test, index) => {
	test.index = index;
	test.attempts = test.attempts || [];
	test.wall = test.wall || 0;
	test.peak = test.peak || 0;
	test.detail = test.detail || "";
	test.past = test.past || "";
	test.cpusMilli = test.cpus_milli || 0;
	for (const a of test.attempts) {
		a.test = test;
		a.start = a.start || 0;
		a.slot = a.slot || 0;
		a.mem = a.mem || 0;
		a.cpu = a.cpu || 0;
		a.waited = a.waited || 0;
		a.paused = a.paused || 0;
		a.end = Math.max(a.end || 0, a.start);
		a.last = a === test.attempts[test.attempts.length - 1];
		/* An attempt that ran when the run broke off has no outcome. */
		a.outcome = a.outcome || "not-run";
		attempts.push(a);
	}
	const last = test.attempts[test.attempts.length - 1];
	/* It ran until the run broke off. */
	if (last && !test.wall && last.outcome === "not-run")
		test.wall = last.end - last.start;
	test.start = last ? last.start : Infinity;
	test.mem = last ? finalMem(last) : 0;
	test.cpu = last ? last.cpu : 0;
	test.waited = test.attempts.reduce((sum, a) => sum + a.waited + a.paused, 0);
	test.key = (test.id + "\n" + test.detail).toLowerCase();
});
attempts.sort((a, b) => a.start - b.start);
const slots = attempts.reduce((n, a) => Math.max(n, a.slot + 1), 1);

function finalMem(a) {
	return a.grown ? a.grown[a.grown.length - 1].mem : a.mem;
}

/* A function of time that changes in steps: value v[i] from t[i] on. */
function makeSeries(changes) {
	changes.sort((a, b) => a[0] - b[0]);
	const series = { t: [0], v: [0], max: 0 };
	let value = 0;
	for (const [t, delta] of changes) {
		value += delta;
		const n = series.t.length;
		if (series.t[n - 1] === t) {
			series.v[n - 1] = value;
		} else {
			series.t.push(t);
			series.v.push(value);
		}
	}
	for (const v of series.v)
		series.max = Math.max(series.max, v);
	return series;
}

/* Index of the step in force at t. */
function stepAt(series, t) {
	let low = 0;
	let high = series.t.length - 1;
	while (low < high) {
		const mid = (low + high + 1) >> 1;
		if (series.t[mid] <= t)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}
const valueAt = (series, t) => series.v[stepAt(series, t)];

/* The levels of one attempt as changes: begins at `first`, goes along the steps, ends at 0. */
function addLevels(changes, a, first, steps) {
	let level = first;
	changes.push([a.start, first]);
	for (const s of steps || []) {
		if ((s.t || 0) >= a.end)
			break;
		changes.push([s.t || 0, (s.mem || 0) - level]);
		level = s.mem || 0;
	}
	changes.push([a.end, -level]);
}

function seriesOfAttempts(list) {
	const reserved = [];
	const used = [];
	const cpu = [];
	const wanted = [];
	const running = [];
	const standing = [];
	for (const a of list) {
		const load = a.end > a.start ? Math.min(a.cpu / (a.end - a.start), cpus || 1e9) : 0;
		addLevels(reserved, a, a.mem, a.grown);
		addLevels(used, a, a.used ? 0 : a.peak || 0, a.used);
		cpu.push([a.start, load], [a.end, -load]);
		wanted.push([a.start, a.test.cpusMilli], [a.end, -a.test.cpusMilli]);
		running.push([a.start, 1], [a.end, -1]);
		for (const s of a.stood || [])
			standing.push([Math.max((s.t || 0) - (s.us || 0), 0), 1], [s.t || 0, -1]);
	}
	return {
		reserved: makeSeries(reserved),
		used: makeSeries(used),
		cpu: makeSeries(cpu),
		wanted: makeSeries(wanted),
		running: makeSeries(running),
		standing: makeSeries(standing),
	};
}
const series = seriesOfAttempts(attempts);

/* How many may run at once: what the run began with, and each change. */
function seriesOfWidth() {
	const width = { t: [0], v: [started.jobs || 0], max: started.jobs || 0 };
	for (const e of run.events)
		if (e.event === "width-changed") {
			width.t.push((e.t || 0) / 1000);
			width.v.push(e.jobs || 0);
			width.max = Math.max(width.max, e.jobs || 0);
		}
	return width;
}
series.width = seriesOfWidth();

/* The cpus of the machine that were busy, where the run could tell. */
function seriesOfLoad() {
	const load = { t: [], v: [] };
	for (const e of run.events)
		if (e.event === "load-sampled") {
			load.t.push((e.t || 0) / 1000);
			load.v.push((e.busy_milli || 0) / 1000);
		}
	return load.t.length ? { t: [0, ...load.t], v: [load.v[0], ...load.v] } : null;
}
series.load = seriesOfLoad();

/*
 * What held the next test back, between one change of what runs or is reserved and the
 * next: as many ran as may at once; or its reservation did not fit into what was left of
 * the budget, or a test stood at its limit, for growth comes first; or the cpus that it is
 * known to keep busy were not free; or it asks for locks or tokens; or it had been admitted
 * here and waited for what other isoruns hold; or none of these, which leaves isorun's own
 * work at its launch.
 */
const HELD = ["places", "memory", "cpus", "locks", "others", "launch"];
const HELD_TEXT = {
	places: "all places taken",
	memory: "memory",
	cpus: "cpus",
	locks: "locks, tokens",
	others: "other isorun processes",
	launch: "its launch",
};
function heldBy(a, t) {
	const width = valueAt(series.width, t);
	if (width && valueAt(series.running, t) >= width)
		return "places";
	const free = budget - valueAt(series.reserved, t);
	if ((budget && a.mem > free) || valueAt(series.standing, t) > 0)
		return "memory";
	const wanted = valueAt(series.wanted, t);
	if (cpus && wanted && a.test.cpusMilli && wanted + a.test.cpusMilli > cpus * 1000)
		return "cpus";
	if (a.test.locks)
		return "locks";
	return a.waited && a.start - a.waited <= t ? "others" : "launch";
}
function findHeld() {
	const spans = [];
	const times = [
		...new Set([
			...series.running.t,
			...series.reserved.t,
			...series.width.t,
			...series.standing.t,
		]),
	].sort((a, b) => a - b);
	let next = 0;
	for (let i = 0; i < times.length && next < attempts.length; i++) {
		const from = times[i];
		const to = i + 1 < times.length ? times[i + 1] : endUs;
		while (next < attempts.length && attempts[next].start <= from)
			next++;
		if (next === attempts.length)
			break;
		const cause = heldBy(attempts[next], from);
		const last = spans[spans.length - 1];
		if (last && last.cause === cause && last.to === from)
			last.to = to;
		else
			spans.push({ from, to, cause });
	}
	return spans;
}
const held = findHeld();

/* The rest of a test stands below this script and may not be there yet. */
function readRest(index, then) {
	const element = byId("test-" + index);
	if (element)
		then(JSON.parse(element.textContent));
	else if (document.readyState === "loading")
		document.addEventListener("DOMContentLoaded", () => readRest(index, then), {
			once: true,
		});
	else
		then({ outputs: [], past: [], events: [], alone: "" });
}
