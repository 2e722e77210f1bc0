/* SPDX-License-Identifier: Apache-2.0 */
/* Words: figures as isorun writes them, elements, and what a test wrote made safe. */

function formatTime(us) {
	if (us < 1000)
		return us ? Math.round(us) + "us" : "0s";
	if (us < 999500)
		return (us < 9950 ? (us / 1000).toFixed(1) : Math.round(us / 1000)) + "ms";
	let s = us / 1e6;
	if (s < 9.95)
		return s.toFixed(2).replace(/0$/, "") + "s";
	if (s < 59.95)
		return s.toFixed(1) + "s";
	s = Math.round(s);
	if (s < 3600)
		return Math.floor(s / 60) + "m" + String(s % 60).padStart(2, "0") + "s";
	return Math.floor(s / 3600) + "h" + String(Math.floor(s / 60) % 60).padStart(2, "0") + "m";
}

function formatSize(bytes) {
	const units = ["", "K", "M", "G", "T"];
	let i = 0;
	let n = bytes;
	while (n >= 999.5 && i < units.length - 1) {
		n /= 1024;
		i++;
	}
	return (
		(n < 9.95 && i > 0 ? String(Number(n.toFixed(1))) : String(Math.round(n))) +
		units[i]
	);
}

function formatDate(ns) {
	const d = new Date(ns / 1e6);
	const two = (n) => String(n).padStart(2, "0");
	return (
		`${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ` +
		`${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
	);
}

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/* el("td", {class: "num"}, "text", child, ...): never by markup. */
function el(name, attrs, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attrs || {})) {
		if (key.startsWith("on"))
			e.addEventListener(key.slice(2), value);
		else if (value === true)
			e.setAttribute(key, "");
		else if (value !== false && value !== null && value !== undefined)
			e.setAttribute(key, value);
	}
	e.append(...children.filter((c) => c !== null && c !== undefined));
	return e;
}

/* Characters that cannot be seen, or that turn the direction of what follows, by name. */
const UNSEEN = new RegExp(
	"[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e" +
		"\\u2066-\\u2069\\ufeff]",
	"g",
);
function nameUnseen(c) {
	const code = c.charCodeAt(0);
	if (code < 0x20)
		return String.fromCharCode(0x2400 + code);
	return code === 0x7f ? "\u2421" : "\u27e8U+" + code.toString(16).toUpperCase() + "\u27e9";
}
const show = (text) => String(text).replace(UNSEEN, nameUnseen);
/* In one line. */
const showLine = (text) => show(text).replace(/\n/g, "\u23ce").replace(/\t/g, " ");

/* The state that "ESC [ ... m" leaves behind: a set of classes, and two colours. */
function colourOf(codes, i) {
	if (codes[i + 1] === 5) {
		const n = codes[i + 2] || 0;
		if (n < 16)
			return { used: 2, index: n };
		if (n >= 232)
			return { used: 2, rgb: Array(3).fill(8 + 10 * (n - 232)) };
		const level = (k) => (k ? 55 + 40 * k : 0);
		const c = n - 16;
		return {
			used: 2,
			rgb: [
				level(Math.floor(c / 36)),
				level(Math.floor(c / 6) % 6),
				level(c % 6),
			],
		};
	}
	if (codes[i + 1] === 2)
		return { used: 4, rgb: [codes[i + 2] || 0, codes[i + 3] || 0, codes[i + 4] || 0] };
	return { used: 0 };
}

function applySgr(state, params) {
	const codes = params.split(/[;:]/).map(Number);
	for (let i = 0; i < codes.length; i++) {
		const c = codes[i];
		if (c === 0)
			state = {};
		else if (c === 38 || c === 48) {
			const colour = colourOf(codes, i);
			state = { ...state, [c === 38 ? "fg" : "bg"]: colour };
			i += colour.used;
		} else if ((c >= 30 && c <= 37) || (c >= 90 && c <= 97))
			state = { ...state, fg: { index: c < 40 ? c - 30 : c - 82 } };
		else if ((c >= 40 && c <= 47) || (c >= 100 && c <= 107))
			state = { ...state, bg: { index: c < 50 ? c - 40 : c - 92 } };
		else if (c === 39 || c === 49)
			state = { ...state, [c === 39 ? "fg" : "bg"]: undefined };
		else if (c === 1 || c === 3 || c === 4 || c === 7)
			state = { ...state, ["a" + c]: true };
		else if (c === 22)
			state = { ...state, a1: false };
		else if (c >= 23 && c <= 27)
			state = { ...state, ["a" + (c - 20)]: false };
	}
	return state;
}

function styled(state, text) {
	const classes = [];
	const { fg, bg } = state.a7
		? { fg: state.bg || { index: 0 }, bg: state.fg || { index: 7 } }
		: state;
	for (const key of ["a1", "a3", "a4"])
		if (state[key])
		classes.push(key);
	if (fg && fg.index !== undefined)
		classes.push("fg" + fg.index);
	if (bg && bg.index !== undefined)
		classes.push("bg" + bg.index);
	if (!classes.length && !(fg && fg.rgb) && !(bg && bg.rgb))
		return text;
	const e = el("span", { class: classes.join(" ") }, text);
	if (fg && fg.rgb)
		e.style.color = bg
			? `rgb(${fg.rgb})`
			: `color-mix(in srgb, rgb(${fg.rgb}) 65%, var(--text))`;
	if (bg && bg.rgb) {
		const [r, g, b] = bg.rgb;
		e.style.background = `rgb(${bg.rgb})`;
		if (!fg)
			e.style.color = 0.3 * r + 0.6 * g + 0.1 * b > 128 ? "#000" : "#fff";
	}
	return e;
}

/* What a terminal would show in the end, roughly: colours are kept, other commands to a
 * terminal vanish, a line that was written over by carriage returns shows its last state. */
const COMMANDS = new RegExp(
	"\\u001b(?:" +
		[
			"\\[([0-9;:]*)m" /* colours and the like */,
			"\\[[0-?]*[ -/]*[@-~]" /* other control sequences */,
			"\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?" /* titles, links */,
			"[PX^_][^\\u001b]*(?:\\u001b\\\\)?" /* other strings */,
			"[ -/]*[0-~]",
		].join("|") +
		")",
	"g",
);
function lastState(line) {
	const shown = line.replace(/\r+$/, "");
	return shown.slice(shown.lastIndexOf("\r") + 1);
}

function renderOutput(text) {
	const parts = document.createDocumentFragment();
	let state = {};
	let at = 0;
	text = text.split("\n").map(lastState).join("\n");
	COMMANDS.lastIndex = 0;
	for (let m; (m = COMMANDS.exec(text)); at = COMMANDS.lastIndex) {
		if (m.index > at)
			parts.append(styled(state, show(text.slice(at, m.index))));
		if (m[1] !== undefined)
			state = applySgr(state, m[1]);
	}
	if (at < text.length)
		parts.append(styled(state, show(text.slice(at))));
	return parts;
}
