import "./eform.js";
import { forms } from "./forms.js";
import { processEditor } from "./process-editor.js";

forms();
processEditor();

const panel = document.getElementById("keys");
const search = document.getElementById("desk-q");
const typing = (el) => el && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) && !/^(checkbox|radio|button|submit)$/.test(el.type));
const off = () => localStorage.getItem("keys") === "off";

// Rows: j and k move, the row's first link takes the focus, so that Enter opens it by itself.
function move(step) {
	const rows = [...document.querySelectorAll("table[data-keys] tbody tr")];
	if (!rows.length) return;
	const at = rows.findIndex((r) => r.classList.contains("at"));
	const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
	rows.forEach((r) => r.classList.toggle("at", r === next));
	const link = next.querySelector("a");
	if (link) link.focus();
	next.scrollIntoView({ block: "nearest" });
}

function toggleHelp(show = !panel.classList.contains("keys-open")) {
	panel.classList.toggle("keys-open", show);
	panel.open = show;
	if (show) panel.querySelector("summary").focus();
}

let going = false;
function act(key) {
	if (going) {
		going = false;
		const to = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
		if (to) to.click();
		return;
	}
	if (key === "g") {
		going = true;
		setTimeout(() => (going = false), 1500);
	} else if (key === "/") {
		search.focus();
		search.select();
	} else if (key === "j") move(1);
	else if (key === "k") move(-1);
	else if (key === "?") toggleHelp();
	else {
		const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
		if (target) {
			target.focus();
			target.click();
		}
	}
}

// A barcode gun types faster than fingers. One key waits a moment; if another follows at once, all go into
// the search, and the gun's Enter opens the dossier.
let queue = "";
let timer;
document.addEventListener("keydown", (event) => {
	if (event.key === "Escape" && panel.classList.contains("keys-open")) return toggleHelp(false);
	if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
	if (event.key.length !== 1) return;
	if (event.key === " " && !queue) return;
	const gun = queue !== "";
	queue += event.key;
	clearTimeout(timer);
	if (gun) {
		event.preventDefault();
		search.value = queue;
		search.focus();
		timer = setTimeout(() => (queue = ""), 60);
		queue = "";
		return;
	}
	if (off()) {
		timer = setTimeout(() => (queue = ""), 45);
		return;
	}
	if (event.key === "/" || event.key === "?") event.preventDefault();
	timer = setTimeout(() => {
		const key = queue;
		queue = "";
		act(key);
	}, 45);
});

const stop = panel && panel.querySelector("[data-keys-off]");
if (stop) {
	const say = () => (stop.textContent = off() ? stop.dataset.on : stop.dataset.off);
	stop.hidden = false;
	say();
	stop.addEventListener("click", () => {
		localStorage.setItem("keys", off() ? "on" : "off");
		say();
	});
}

// One box selects all rows of the table, and the bulk acts say how many are chosen.
document.querySelectorAll("[data-select-all]").forEach((box) => {
	box.hidden = false;
	box.addEventListener("change", () => {
		box.closest("table").querySelectorAll(".row-check:not([data-select-all])").forEach((c) => (c.checked = box.checked));
	});
});

// Counters follow the server's events; a reload shows the same.
const stream = document.documentElement.dataset.stream;
if (stream && window.EventSource) {
	new EventSource(stream).addEventListener("message", (event) => {
		const counts = JSON.parse(event.data);
		const format = new Intl.NumberFormat(document.documentElement.lang);
		document.querySelectorAll("[data-live]").forEach((el) => {
			if (el.dataset.live in counts) el.textContent = format.format(counts[el.dataset.live]);
		});
	});
}

// Who else is at work on this dossier: the server is asked every twenty seconds while somebody is at the page. Nobody
// is kept signed in by a page that lies open.
let touched = Date.now();
["keydown", "pointerdown", "scroll"].forEach((kind) => addEventListener(kind, () => (touched = Date.now()), { passive: true }));
document.querySelectorAll("[data-poll]").forEach((box) => {
	setInterval(async () => {
		if (document.hidden || Date.now() - touched > 300000) return;
		try {
			const answer = await fetch(box.dataset.poll, { headers: { Accept: "text/html" } });
			if (!answer.ok || answer.redirected) return;
			const text = (await answer.text()).trim();
			if (text !== box.innerHTML.trim()) box.innerHTML = text;
		} catch {
			// the line is cut: the next round tries again
		}
	}, 20000);
});

// A long list of check boxes is narrowed by what is typed, tone marks or not.
const plain = (s) => s.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
document.querySelectorAll("[data-filter]").forEach((input) => {
	const list = document.getElementById(input.dataset.filter);
	input.closest("[data-filter-box]").hidden = false;
	input.addEventListener("input", () => {
		const words = plain(input.value).split(/\s+/).filter(Boolean);
		list.querySelectorAll("details").forEach((group) => {
			let any = false;
			group.querySelectorAll(".option").forEach((o) => {
				const fits = words.every((w) => plain(o.textContent).includes(w));
				o.hidden = !fits && !o.querySelector("input").checked;
				any = any || fits;
			});
			if (words.length) group.open = any;
		});
	});
});
