/* SPDX-License-Identifier: Apache-2.0 */
/* The head, the figures, and what leads from one view to the other. */

const counts = new Map(
	OUTCOMES.map((name) => [name, tests.filter((t) => t.outcome === name).length]),
);
const unheard = Math.max((run.tests || 0) - tests.length, 0);

function drawHead() {
	const bad = tests.filter((t) => BAD.has(t.outcome)).length;
	const total = tests.length + unheard;
	const verdict = byId("verdict");
	const notRun = counts.get("not-run") + unheard;
	const ended = finished ? "" : " (the run did not end)";
	verdict.textContent =
		(bad
			? `${bad} of ${plural(total, "test")} did not pass`
			: notRun
				? `${notRun} of ${plural(total, "test")} did not run`
				: `${plural(total, "test")}, all good`) + ended;
	verdict.classList.toggle("bad", bad > 0 || !finished);
	byId("run-name").textContent = started.run || "";
	const short = bad ? `${bad} of ${total} failed` : `${total} good`;
	document.title = `${short}: isorun ${started.run || ""}`;
	byId("command").textContent = started.command
		? `${showLine(started.cwd || "")}$ ${showLine(started.command)}`
		: "";
	const facts = [
		formatTime(endUs),
		started.wall_start_ns ? formatDate(started.wall_start_ns) : "",
		cpus ? plural(cpus, "cpu") : "",
		started.jobs ? `${series.running.max} at once` : "",
		budget
			? `budget ${formatSize(budget)}` +
				(started.budget_from ? ` (${started.budget_from})` : "")
			: "",
		started.profile ? `profile ${started.profile}` : "",
		started.order ? `order ${started.order}` : "",
		started.version ? `isorun ${started.version}` : "",
	];
	byId("facts").append(...facts.filter(Boolean).map((f) => el("span", {}, showLine(f))));
}

function drawNotes() {
	const notes = run.events
		.filter((e) => e.event === "warning")
		.map((e) => showLine(e.text || ""));
	if (interrupted)
		notes.push(
			`Interrupted by signal ${interrupted.signal} after ` +
				`${formatTime((interrupted.t || 0) / 1000)}.`,
		);
	for (const d of run.degraded)
		notes.push(
			`Not isolated as asked, in ${plural(d.attempts, "attempt")}: ` +
				showLine(`${d.what}: ${d.why}`),
		);
	byId("notes").append(...notes.map((n) => el("li", {}, n)));
	byId("notes").hidden = !notes.length;
}

/* The square of a colour, before its word. */
const key = (colour) => el("span", { class: "key", style: `background: var(--${colour})` });

/* rows: [name, value] or [name, value, colour], or null. */
function figure(title, rows) {
	const body = el("tbody");
	for (const [name, value, colour] of rows.filter(Boolean))
		body.append(
			el(
				"tr",
				{},
				el("td", {}, colour ? key(colour) : null, name),
				el("td", {}, value),
			),
		);
	return body.rows.length ? el("div", {}, el("h2", {}, title), el("table", {}, body)) : null;
}

const share = (us, of) => `${Math.round((us / of) * 100)}%`;
const sumOf = (list, value) => list.reduce((n, a) => n + value(a), 0);
const timeOf = (a) => a.end - a.start;

function runFigures() {
	const bound = (name, field) =>
		finished && finished[field] ? [name, formatTime(finished[field] / 1000)] : null;
	return figure("The run took", [
		["Wall time", formatTime(endUs)],
		bound("at least: longest test", "bound_longest_ns"),
		bound("at least: cpu time by cores", "bound_cpu_ns"),
		bound("at least: memory by budget", "bound_memory_ns"),
		bound("at least: time by jobs", "bound_jobs_ns"),
		bound(`at least: lock ${finished && finished.bound_lock}`, "bound_lock_ns"),
		bound(`at least: token ${finished && finished.bound_token}`, "bound_token_ns"),
		bound("at least: tests that wait for each other", "bound_chain_ns"),
	]);
}

function testFigures() {
	const all = sumOf(attempts, timeOf);
	const sum = finished ? finished.sum_ns / 1000 : all;
	const cpu = sumOf(attempts, (a) => a.cpu);
	const ofCpus = cpus ? `  (${share(cpu, endUs * cpus)} of ${plural(cpus, "cpu")})` : "";
	const repeated = attempts.filter((a) => !a.last);
	const lost = formatTime(sumOf(repeated, timeOf));
	return figure("The tests took", [
		["Sum of their times", formatTime(sum)],
		["On average at once", (all / endUs).toFixed(1)],
		["CPU", formatTime(cpu) + ofCpus],
		repeated.length ? ["Repeated attempts", `${repeated.length}, ${lost}`] : null,
	]);
}

function heldFigures() {
	const rows = HELD.map((cause) => {
		const us = sumOf(held, (s) => (s.cause === cause ? s.to - s.from : 0));
		const text = `${formatTime(us)}  (${share(us, endUs)})`;
		return us ? [HELD_TEXT[cause], text, cause] : null;
	});
	return figure("The next test was held back by", rows);
}

function waitFigures() {
	const waited = sumOf(attempts, (a) => a.waited);
	const pauses = sumOf(attempts, (a) => a.pauses || 0);
	const paused = formatTime(sumOf(attempts, (a) => a.paused));
	const ownNs = finished ? finished.own_ns : 0;
	return figure("Single tests waited", [
		waited ? ["for admission", formatTime(waited)] : null,
		pauses ? [`at their limit, in ${plural(pauses, "pause")}`, paused] : null,
		ownNs ? ["isorun's own part, all told", formatTime(ownNs / 1000)] : null,
	]);
}

function drawFigures() {
	const all = [runFigures(), testFigures(), heldFigures(), waitFigures()];
	byId("figures").append(...all.filter(Boolean));
}

function drawLegend() {
	const shown = OUTCOMES.filter((o) => attempts.some((a) => a.outcome === o));
	const keys = [
		["reserved", "memory reserved"],
		["used", "used"],
		["limit", "budget, width"],
		...(series.load ? [["text", "cpus busy"]] : []),
		...shown.map((o) => [o, o]),
	];
	for (const [colour, text] of keys)
		byId("legend").append(el("span", {}, key(colour), text));
	if (attempts.some((a) => a.stood))
		byId("legend").append(el("span", {}, "hollow: paused for memory"));
}

function drawTools(view) {
	const tool = (text, title, act) =>
		el("button", { type: "button", title, "aria-label": title, onclick: act }, text);
	byId("timeline-tools").append(
		el("span", { class: "muted hint" }, "drag or Ctrl+wheel to zoom"),
		tool("−", "Zoom out", () => view.zoom(1 / 0.6)),
		tool("+", "Zoom in", () => view.zoom(0.6)),
		tool("‹", "Earlier", () => view.pan(-0.3)),
		tool("›", "Later", () => view.pan(0.3)),
		tool("All", "The whole run", () => view.reset()),
	);
}

function drawChips(table) {
	for (const outcome of OUTCOMES) {
		if (!counts.get(outcome))
			continue;
		const chip = el(
			"button",
			{ type: "button", class: "chip", "aria-pressed": "false" },
			outcomeWord(outcome),
			` ${counts.get(outcome)}`,
		);
		chip.addEventListener("click", () => {
			const on = !table.outcomes.has(outcome);
			table.outcomes[on ? "add" : "delete"](outcome);
			chip.setAttribute("aria-pressed", String(on));
			table.choose();
		});
		byId("chips").append(chip);
	}
}

function openTest(t) {
	location.hash = linkTo(t);
}

readColours();
drawHead();
drawNotes();
const view = new View(0, endUs);
const timeline = makeTimeline(byId("timeline"), view, { tracks: true, open: openTest });
const table = new Table(openTest, (chosen) => {
	timeline.lanes.dim = chosen;
	timeline.lanes.request();
});
drawLegend();
drawTools(view);
drawFigures();
drawChips(table);

const byName = new Map(tests.map((t) => [t.id, t]));
let scrolled = 0;

/* The fragment says what is shown, so that "back" and links work. */
function route() {
	const [, name] = /^#test=(.*)$/.exec(location.hash) || [];
	const t = name === undefined ? null : byName.get(decodeName(name));
	const runView = byId("run-view");
	const testView = byId("test-view");
	tip.hidden = true;
	document.body.classList.toggle("one", Boolean(t));
	if (!t) {
		testView.hidden = true;
		testView.replaceChildren();
		if (runView.hidden) {
			runView.hidden = false;
			table.drawn = "";
			table.draw();
			scrollTo(0, scrolled);
			table.draw();
			timeline.draw();
		}
		return;
	}
	if (!runView.hidden)
		scrolled = scrollY;
	table.current = t;
	runView.hidden = true;
	testView.hidden = false;
	testView.replaceChildren(el("p", { class: "muted" }, "Reading."));
	readRest(t.index, (rest) => {
		showTest(table, t, rest);
		scrollTo(0, 0);
		testView.focus({ preventScroll: true });
	});
}

function decodeName(name) {
	try {
		return decodeURIComponent(name);
	} catch {
		return name;
	}
}

function search() {
	clearTimeout(search.timer);
	search.timer = setTimeout(
		() => table.search(byId("search").value, byId("deep").checked),
		60,
	);
}
byId("search").addEventListener("input", search);
byId("deep").addEventListener("change", search);

function neighbour(by) {
	const at = table.list.indexOf(table.current);
	const next = table.list[at + by];
	if (at >= 0 && next)
		location.replace(linkTo(next));
}

const takesEnter = (element) => element.closest("a, button, input, summary");

addEventListener("keydown", (e) => {
	const typing = e.target.matches("input");
	const inTest = byId("run-view").hidden;
	if (e.ctrlKey || e.metaKey || e.altKey)
		return;
	if (e.key === "Escape" && typing)
		e.target.blur();
	else if (e.key === "Escape" && inTest)
		location.hash = "#";
	else if (typing)
		return;
	else if (e.key === "/" && !inTest)
		byId("search").focus();
	else if (e.key === "j" || e.key === "k")
		(inTest ? neighbour : (by) => table.step(by))(e.key === "j" ? 1 : -1);
	else if (e.key === "Enter" && !inTest && table.current && !takesEnter(e.target))
		openTest(table.current);
	else
		return;
	e.preventDefault();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
	readColours();
	timeline.draw();
	route();
});
addEventListener("hashchange", route);
route();
/* For who waits for the page: in how many milliseconds it was drawn. */
document.documentElement.dataset.drawn = Math.round(performance.now());
