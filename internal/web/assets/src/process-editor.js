// The process editor by keyboard and mouse. Every act is the same form that works without it: sent in the
// background, and the page's main part is put in place of the old one.

const busyAfter = 150;

let root; // the editor as it stands on the page now
let flow; // the frame of the picture
let from = ""; // the step a way is being led from
let dirty = false;

const steps = () => [...root.querySelectorAll("[data-step]")];
const entry = (address) => steps().find((s) => s.dataset.step === address);
const nodes = () => [...flow.querySelectorAll("a[href]")];
const href = (a) => a.getAttribute("href");
const node = (address) => {
	const s = entry(address);
	return s && nodes().find((a) => href(a) === href(s));
};
const addressOf = (a) => {
	const s = a && steps().find((x) => href(x) === href(a));
	return s ? s.dataset.step : "";
};
const titleOf = (address) => (entry(address) || { textContent: address }).textContent;
const form = () => root.querySelector("[data-pe-form]");
const mayChange = () => root.querySelector('[form="buoc-form"]') !== null;

// data-say-no-next is dataset.sayNoNext
const text = (key) => root.dataset["say" + key.replace(/(^|-)(\w)/g, (_, __, c) => c.toUpperCase())];

function say(key, more = "") {
	const live = root.querySelector("[data-pe-say]");
	live.textContent = "";
	live.textContent = text(key) + (more ? " " + more : "");
}

// The picture is one stop of the Tab key; the arrows move within.
function settle(focus) {
	root = document.querySelector("[data-process-editor]");
	if (!root) return;
	flow = root.querySelector(".pe-flow");
	dirty = false;
	from = "";
	const keys = document.querySelector("[data-pe-keys]");
	if (keys) keys.hidden = false;
	if (!flow) return;
	flow.removeAttribute("tabindex");
	const current = node(root.dataset.current) || nodes()[0];
	nodes().forEach((a) => {
		a.setAttribute("tabindex", a === current ? "0" : "-1");
		a.setAttribute("draggable", "false");
	});
	for (const way of flow.querySelectorAll("[data-way]")) {
		const wide = way.querySelector("path").cloneNode();
		wide.setAttribute("class", "pe-hit");
		wide.removeAttribute("stroke-dasharray");
		way.append(wide);
	}
	if (current && current.getBoundingClientRect) {
		const box = current.getBoundingClientRect();
		const frame = flow.getBoundingClientRect();
		if (box.bottom > frame.bottom || box.top < frame.top) flow.scrollTop += box.top - frame.top - frame.height / 3;
	}
	if (focus === "node" && current) current.focus({ preventScroll: true });
}

function point(a) {
	nodes().forEach((x) => x.setAttribute("tabindex", x === a ? "0" : "-1"));
	a.focus();
	a.scrollIntoView({ block: "nearest", inline: "nearest" });
	say(from ? "connecting" : "chosen", titleOf(addressOf(a)));
	if (from) nodes().forEach((x) => x.classList.toggle("pe-target", x === a && addressOf(x) !== from));
}

// swap puts the answer's main part in place of the page's.
function swap(html, url, focus) {
	const page = new DOMParser().parseFromString(html, "text/html");
	const main = page.getElementById("main");
	if (!main || !page.querySelector("[data-process-editor]")) {
		return false;
	}
	const scrolled = flow ? flow.scrollTop : 0;
	document.title = page.title;
	document.getElementById("main").replaceChildren(...main.childNodes);
	if (url && url !== location.pathname + location.search) history.pushState({ pe: true }, "", url);
	settle("");
	if (flow) {
		flow.scrollTop = scrolled;
		settle(focus);
	}
	const errors = document.getElementById("errors");
	if (errors) errors.focus();
	return true;
}

async function ask(url, options, focus) {
	const slow = setTimeout(() => root.setAttribute("aria-busy", "true"), busyAfter);
	try {
		let answer = await fetch(url, { credentials: "same-origin", ...options, headers: { ...(options && options.headers), "Motcua-Follow": "hand" } });
		let at = "";
		const next = answer.headers.get("Motcua-Location");
		if (next) {
			at = next;
			answer = await fetch(next, { credentials: "same-origin" });
		} else if (!options) at = url;
		const html = await answer.text();
		if (answer.redirected || !swap(html, at, focus)) {
			// Something else than the editor: a clash, a page to sign in. The browser shows it whole.
			if (options && !next) return false;
			location.assign(at || url);
		}
		if (options) say("saved");
		return true;
	} catch {
		say("failed");
		return true;
	} finally {
		clearTimeout(slow);
		root.removeAttribute("aria-busy");
	}
}

async function send(f, submitter, focus) {
	const body = new URLSearchParams(new FormData(f, submitter));
	if (!(await ask(f.getAttribute("action"), { method: "POST", body }, focus))) {
		// The same form once more by the browser itself: its key has it done once.
		f.dataset.peNative = "1";
		f.requestSubmit(submitter);
	}
}

// act carries out a button's act on a step of the picture. What was typed into the form of that step goes along.
function act(name, address, more = {}) {
	if (!mayChange()) return;
	const f = form();
	const fields = { viec: name, buoc: address, ...more };
	if (dirty && address !== root.dataset.current && !confirm(text("unsaved"))) return;
	const made = document.createElement("form");
	made.method = "post";
	made.setAttribute("action", f.getAttribute("action"));
	if (dirty && address === root.dataset.current) {
		for (const [k, v] of new FormData(f)) if (!(k in fields)) hidden(made, k, v);
	} else {
		hidden(made, "_key", f.elements._key.value);
		if (f.elements._version) hidden(made, "_version", f.elements._version.value);
	}
	for (const k in fields) hidden(made, k, fields[k]);
	made.hidden = true;
	root.append(made);
	send(made, null, "node");
}

function hidden(f, name, value) {
	const i = document.createElement("input");
	i.type = "hidden";
	i.name = name;
	i.value = value;
	f.append(i);
}

function connect(to) {
	const source = from;
	stop(false);
	if (to && to !== source) act("noi", source, { "noi-den": to });
}

function stop(tell = true) {
	from = "";
	root.removeAttribute("data-connecting");
	nodes().forEach((a) => a.classList.remove("pe-target"));
	if (tell) say("cancelled");
}

function go(address, focus) {
	const s = entry(address);
	if (!s) return;
	if (dirty && address !== root.dataset.current && !confirm(text("unsaved"))) return;
	ask(href(s), null, focus).then(() => {
		if (focus === "form") {
			const first = form() && form().querySelector("input:not([type=hidden]), select, textarea");
			if (first) first.focus();
		}
	});
}

// Keys while the focus is on a step of the picture.
function key(event) {
	if (!root || !root.isConnected) return;
	const a = event.target.closest && event.target.closest("svg a");
	if (event.key === "Escape" && !a && root.contains(event.target) && flow) {
		const current = node(root.dataset.current);
		if (current) current.focus();
		return;
	}
	if (!a || !flow.contains(a)) return;
	const address = addressOf(a);
	const mine = () => {
		event.preventDefault();
		event.stopPropagation();
	};
	if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
		const undo = document.querySelector(`[data-pe-undo] [value="${event.shiftKey ? "lam-lai" : "hoan-tac"}"]`);
		mine();
		if (undo) send(undo.form, undo, "node");
		return;
	}
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	const s = entry(address);
	const order = steps();
	const step = (to, none) => {
		mine();
		const next = to && node(to);
		if (next) point(next);
		else say(none);
	};
	switch (event.key) {
		case "ArrowDown":
			return step(s && s.dataset.next, "no-next");
		case "ArrowUp":
			return step(s && s.dataset.before, "no-before");
		case "ArrowRight":
			return step((order[order.indexOf(s) + 1] || { dataset: {} }).dataset.step, "no-next");
		case "ArrowLeft":
			return step((order[order.indexOf(s) - 1] || { dataset: {} }).dataset.step, "no-before");
		case "Enter":
			mine();
			return from ? connect(address) : go(address, "form");
		case "Escape":
			mine();
			if (from) stop();
			return;
		case "Delete":
			mine();
			return act("xoa", address);
		case "n":
		case "N":
			mine();
			return act("them-buoc", address);
		case "b":
		case "B":
			mine();
			return act("them-nhanh", address);
		case "c":
		case "C":
			mine();
			if (!mayChange()) return;
			from = address;
			root.setAttribute("data-connecting", "");
			return say("connect", titleOf(address));
	}
}

// A drag from a step leads a way from it; a drag of an arrow turns that way to another step.
let drag;

function place(event) {
	const svg = flow.querySelector("svg");
	const m = svg.getScreenCTM().inverse();
	const p = new DOMPoint(event.clientX, event.clientY).matrixTransform(m);
	return { x: p.x, y: p.y };
}

function down(event) {
	if (!root || !flow || event.button !== 0 || !mayChange() || !flow.contains(event.target)) return;
	const a = event.target.closest("a");
	const way = event.target.closest("[data-way]");
	if (a) drag = { address: addressOf(a), x: event.clientX, y: event.clientY, at: place(event) };
	else if (way) drag = { address: way.dataset.from, way: way.dataset.way, x: event.clientX, y: event.clientY, at: place(event) };
}

function move(event) {
	if (!drag) return;
	if (!drag.line) {
		if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 7) return;
		drag.line = document.createElementNS("http://www.w3.org/2000/svg", "line");
		drag.line.setAttribute("class", "pe-band");
		drag.line.setAttribute("x1", drag.at.x);
		drag.line.setAttribute("y1", drag.at.y);
		flow.querySelector("svg").append(drag.line);
		say("drag", titleOf(drag.address));
	}
	const p = place(event);
	drag.line.setAttribute("x2", p.x);
	drag.line.setAttribute("y2", p.y);
	const over = target(event);
	nodes().forEach((a) => a.classList.toggle("pe-target", a === over));
	event.preventDefault();
}

function target(event) {
	const el = document.elementFromPoint(event.clientX, event.clientY);
	const a = el && el.closest("svg a");
	return a && flow.contains(a) && addressOf(a) !== drag.address ? a : null;
}

let justDragged = false;

function up(event) {
	const d = drag;
	if (!d) return;
	const over = d.line && target(event);
	drag = null;
	if (!d.line) return;
	d.line.remove();
	nodes().forEach((a) => a.classList.remove("pe-target"));
	justDragged = true;
	setTimeout(() => (justDragged = false));
	if (!over) return say("cancelled");
	if (d.way !== undefined) act("doi-huong", d.address, { loi: d.way, "noi-den": addressOf(over) });
	else act("noi", d.address, { "noi-den": addressOf(over) });
}

function click(event) {
	if (!root || !root.isConnected) return;
	const a = event.target.closest && event.target.closest("a");
	if (!a || event.ctrlKey || event.metaKey || event.shiftKey) return;
	const address = flow && flow.contains(a) ? addressOf(a) : a.dataset.step;
	if (!address || !root.contains(a)) return;
	event.preventDefault();
	if (justDragged) return;
	if (from) return connect(address);
	go(address, "node");
}

// What a condition means, while it is typed.
let typing;

function typed(event) {
	const box = event.target;
	if (form() && form().contains(box) && box.name !== "ly-do") dirty = true;
	if (!box.dataset || !box.dataset.guardPath) return;
	clearTimeout(typing);
	typing = setTimeout(async () => {
		const words = document.getElementById(box.name + "-noi");
		try {
			const answer = await fetch(box.dataset.guardPath + "?dieu-kien=" + encodeURIComponent(box.value), { credentials: "same-origin" });
			if (answer.ok && words && words.isConnected) {
				const said = new DOMParser().parseFromString(await answer.text(), "text/html");
				words.replaceChildren(...said.body.childNodes);
			}
		} catch {
			// The page says it when it is saved.
		}
	}, 300);
}

export function processEditor() {
	if (!document.querySelector("[data-process-editor]")) return;
	settle("");
	document.addEventListener("keydown", key, true);
	document.addEventListener("click", click);
	document.addEventListener("input", typed);
	document.addEventListener("pointerdown", down);
	document.addEventListener("pointermove", move);
	document.addEventListener("pointerup", up);
	document.addEventListener("dragstart", (event) => {
		if (root && root.contains(event.target)) event.preventDefault();
	});
	document.addEventListener(
		"submit",
		(event) => {
			const f = event.target;
			if (!root.isConnected || f.dataset.peNative || !(f.matches("[data-pe-form]") || f.matches("[data-pe-undo]"))) return;
			event.preventDefault();
			const b = event.submitter;
			send(f, b, b && b.closest(".pe-tools") ? "node" : "").then(() => {
				if (b && b.value === "luu" && !document.getElementById("errors")) {
					const again = [...document.querySelectorAll('button[value="luu"]')].pop();
					if (again && !b.closest(".pe-tools")) again.focus();
				}
			});
		},
		true,
	);
	window.addEventListener("popstate", () => location.reload());
	window.addEventListener("beforeunload", (event) => {
		if (dirty && root.isConnected) event.preventDefault();
	});
}
