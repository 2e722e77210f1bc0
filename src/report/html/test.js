/* SPDX-License-Identifier: Apache-2.0 */
/* The page of one test: why it came out so, what it wrote, and how to run it again. */

/* By number, signal(7). */
const SIGNALS = {
	1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE",
	9: "KILL", 10: "USR1", 11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM",
	24: "XCPU", 25: "XFSZ", 31: "SYS",
};

/* One attempt as the event log has it: how it began, what became of it. */
function gather(rest) {
	const by = new Map();
	const planned = rest.events.find((e) => e.event === "test-planned") || {};
	for (const e of rest.events) {
		if (!e.attempt)
			continue;
		const a = by.get(e.attempt) || { n: e.attempt, result: {} };
		by.set(e.attempt, a);
		if (e.event === "attempt-started") {
			a.t = e.t || 0;
			a.mem = e.mem_bytes;
			a.slot = e.slot || 0;
			a.reason = e.reason;
		} else if (e.event === "attempt-finished") {
			a.result = e.result || {};
			a.detail = e.detail;
			a.finished = true;
		}
	}
	return { planned, attempts: [...by.values()] };
}

function howItEnded(r) {
	if (r.signal)
		return `signal ${r.signal}${SIGNALS[r.signal] ? ` (SIG${SIGNALS[r.signal]})` : ""}`;
	return r.started ? `exit status ${r.exit_status || 0}` : "did not start";
}

function memoryFacts(planned, r, add) {
	if (r.mem_peak_bytes) {
		const working = formatSize(r.mem_working_bytes || 0);
		const held = r.mem_working_bytes ? `, ${working} of it not reclaimable` : "";
		add("Memory", `${formatSize(r.mem_peak_bytes)} at most${held}`);
	}
	if (planned.mem_bytes) {
		const [from, to] = [r.mem_limit_bytes || 0, r.mem_limit_end_bytes || 0];
		const grown = `; limit ${formatSize(from)}, grown to ${formatSize(to)}`;
		const origin = planned.mem_origin ? `, ${planned.mem_origin}` : "";
		add("Reserved", formatSize(planned.mem_bytes) + origin + (to > from ? grown : ""));
	}
	add("OOM kills", r.oom_kills);
	if (r.pauses)
		add("Paused", `${ns(r.paused_ns)} in ${plural(r.pauses, "pause")}, for memory`);
	if (r.private_bytes)
		add("Own files", `${formatSize(r.private_bytes)} in memory`);
	if (r.swap_bytes)
		add("Swap", formatSize(r.swap_bytes));
}

function timeFacts(planned, last, add) {
	const r = last.result;
	const cpu = (r.user_ns || 0) + (r.system_ns || 0);
	const cpusUsed = r.wall_ns ? ` (${(cpu / r.wall_ns).toFixed(2)} cpus)` : "";
	const expected = planned.expected_ns ? `, expected ${ns(planned.expected_ns)}` : "";
	add("Time", ns(r.wall_ns) + expected);
	if (last.finished)
		add("Ended by", howItEnded(r) + (r.timed_out ? ", after its time limit" : ""));
	add("CPU", `${ns(r.user_ns)} user, ${ns(r.system_ns)} system${cpusUsed}`);
	if (r.waited_ns > 1e6)
		add("Waited", `${ns(r.waited_ns)} for admission`);
}

function factsOfTest(planned, last) {
	const list = el("dl");
	const add = (name, value) => {
		if (value)
			list.append(el("dt", {}, name), el("dd", {}, value));
	};
	const addMono = (name, value) => add(name, value ? mono(value) : "");
	const addWords = (name, words) => add(name, (words || []).map(showLine).join(", "));
	const wanted = ["tokens", "locks", "shared_locks"].flatMap((key) => planned[key] || []);
	const r = last ? last.result : {};

	if (last)
		timeFacts(planned, last, add);
	memoryFacts(planned, r, add);
	if (last)
		add("Slot", String(last.slot || 0));
	addWords("Holds", r.held || wanted);
	add("Alone", planned.exclusive ? "yes: nothing else runs beside it" : "");
	addWords("Tags", planned.tags);
	addMono("From", planned.origin);
	addMono("Directory", planned.cwd);
	addMono("Command", planned.command);
	return list;
}

function testNav(table, t) {
	const at = table.list.indexOf(t);
	const go = (other, text) =>
		other
			? el("a", { href: linkTo(other), title: showLine(other.id) }, text)
			: el("span", { class: "muted" }, text);
	const place = at >= 0 ? `${at + 1} of ${table.list.length}` : "";
	return el(
		"nav",
		{ "aria-label": "Tests" },
		el("a", { href: "#" }, "← All tests"),
		go(table.list[at - 1], "Previous"),
		go(at >= 0 ? table.list[at + 1] : null, "Next"),
		el("span", { class: "muted" }, place),
	);
}

function alonePart(alone) {
	if (!alone)
		return null;
	const pre = el("pre", { tabindex: "0" }, show(alone));
	return section(
		"Run it again, alone",
		el("div", { class: "again" }, pre, copyButton(alone)),
	);
}

function eventsPart(events) {
	const text = events.map((e) => JSON.stringify(e, null, 1)).join("\n");
	return el(
		"details",
		{ class: "events" },
		el("summary", {}, "Its events, as in the event log"),
		el("pre", {}, show(text)),
	);
}

function showTest(table, t, rest) {
	const { planned, attempts: list } = gather(rest);
	const last = list[list.length - 1];
	const r = last ? last.result : {};
	const ran = t.attempts.length > 0;
	const box = el("div", { class: "timeline" });
	const beside = [
		pastPart(rest.past),
		isolationPart(r, last),
		refusedPart(r),
		leftoversPart(r),
		filesPart(r),
	];
	const parts = [
		testNav(table, t),
		el("h1", {}, showLine(t.id)),
		el("p", { class: "verdict" }, outcomeWord(t.outcome), " ", showLine(t.detail)),
		r.error ? el("p", { class: "note" }, showLine(r.error)) : null,
		rest.hint ? el("p", { class: "note" }, "Hint: ", showLine(rest.hint)) : null,
		alonePart(rest.alone),
		ran ? outputPart(t, rest.outputs) : null,
		el(
			"div",
			{ class: "columns" },
			section("Facts", factsOfTest(planned, last)),
			el("div", {}, ...beside.filter(Boolean)),
		),
		attemptsPart(t, list),
		ran ? section("In the run", box) : null,
		besidePart(t),
		eventsPart(rest.events),
	];
	byId("test-view").replaceChildren(...parts.filter(Boolean));
	if (ran)
		drawInRun(box, t);
}

/* The stretch of the run in which it ran, and what was around it. */
function drawInRun(box, t) {
	const from = t.attempts[0].start;
	const to = t.attempts[t.attempts.length - 1].end;
	const around = Math.max(to - from, 1000) * 0.4;
	const view = new View(Math.max(from - around, 0), Math.min(to + around, endUs));
	makeTimeline(box, view, { tracks: true, current: t, open: openTest });
}
