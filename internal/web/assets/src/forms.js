// What scripts add to every page. Each page works without them.

const on = (target, type, run, options) => target.addEventListener(type, run, options);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// A form is sent once: a second click while the first is on its way does nothing. The server keeps the
// promise by the form's key; this only spares the person the doubt.
function sendOnce() {
	on(document, "submit", (event) => {
		const form = event.target;
		if (event.defaultPrevented || form.method === "get") return;
		if (form.dataset.sent) {
			event.preventDefault();
			return;
		}
		form.dataset.sent = "1";
		const button = event.submitter;
		if (button) button.setAttribute("aria-busy", "true");
		// A lost answer must not lock the page for ever.
		setTimeout(() => release(form), 15000);
	});
	on(window, "pageshow", () => all("form[data-sent]").forEach(release));
}

function release(form) {
	delete form.dataset.sent;
	all("[aria-busy]", form).forEach((b) => b.removeAttribute("aria-busy"));
}

// Leaving a form marked data-guard with unsent changes asks first.
function guardChanges() {
	const forms = all("form[data-guard]");
	if (!forms.length) return;
	let dirty = false;
	forms.forEach((f) => on(f, "input", () => (dirty = true)));
	on(document, "submit", () => (dirty = false));
	on(window, "beforeunload", (event) => {
		if (dirty) event.preventDefault();
	});
}

// The strokes of a date appear while digits are typed at its end.
function dates() {
	on(document, "input", (event) => {
		const box = event.target;
		if (!box.matches || !box.matches("[data-date]") || event.inputType === "deleteContentBackward") return;
		if (box.selectionStart !== box.value.length || !/^[\d/]*$/.test(box.value)) return;
		const v = (box.value = box.value.replace(/\/+/g, "/")); // who types the stroke himself gets one
		if (/^\d{2}$/.test(v) || /^\d{1,2}\/\d{2}$/.test(v)) box.value = v + "/";
		else if (/^\d{8}$/.test(v)) box.value = v.slice(0, 2) + "/" + v.slice(2, 4) + "/" + v.slice(4);
	});
}

// Further fields of a choice are shown only when it is chosen.
function openings() {
	const follow = () =>
		all("[data-opens]").forEach((box) => {
			const more = document.getElementById(box.dataset.opens);
			if (more) more.hidden = !box.checked;
		});
	// Where the style sheet can tell (:has), it does so before the first paint.
	if (!document.querySelector("[data-opens]") || CSS.supports("selector(:has(*))")) return;
	follow();
	on(document, "change", follow);
}

function copies() {
	all("[data-copy]").forEach((button) => {
		if (!navigator.clipboard) return;
		button.hidden = false;
		on(button, "click", async () => {
			await navigator.clipboard.writeText(button.dataset.copy);
			const words = button.querySelector("span");
			const before = words.textContent;
			words.textContent = button.dataset.copied;
			button.setAttribute("aria-live", "polite");
			setTimeout(() => (words.textContent = before), 2500);
		});
	});
}

// Files are sent with a bar that tells how far they are. When the line breaks, the form stays as it is.
function uploads() {
	on(document, "submit", (event) => {
		const form = event.target;
		const files = all("input[data-upload]", form).filter((i) => i.files.length);
		if (event.defaultPrevented || !files.length) return;
		event.preventDefault();
		const state = document.createElement("div");
		state.className = "upload-state";
		state.setAttribute("role", "status");
		const words = document.createElement("span");
		const bar = document.createElement("progress");
		bar.max = 100;
		words.textContent = files[0].dataset.uploading;
		state.append(words, bar);
		files[files.length - 1].after(state);
		const body = new FormData(form);
		if (event.submitter && event.submitter.name) body.append(event.submitter.name, event.submitter.value);
		const request = new XMLHttpRequest();
		request.open("POST", (event.submitter && event.submitter.getAttribute("formaction")) || form.getAttribute("action") || location.href);
		request.setRequestHeader("Motcua-Follow", "hand");
		on(request.upload, "progress", (e) => {
			if (!e.lengthComputable) return;
			bar.value = (100 * e.loaded) / e.total;
			words.textContent = files[0].dataset.uploading + " " + Math.round(bar.value) + " %";
		});
		on(request, "load", () => {
			const next = request.getResponseHeader("Motcua-Location");
			if (next) {
				location.assign(next);
				return;
			}
			document.open();
			document.write(request.responseText);
			document.close();
		});
		on(request, "error", () => {
			words.textContent = files[0].dataset.failed;
			bar.remove();
			release(form);
		});
		request.send(body);
	});
}

// Suggestions come as a piece of the page and stand under the box.
function suggestions() {
	all("input[data-suggest]").forEach((box) => {
		let timer, last, control;
		const list = document.createElement("div");
		list.className = "suggest-box";
		list.hidden = true;
		const said = document.createElement("p");
		said.className = "sr";
		said.setAttribute("role", "status");
		box.closest(".search-row").after(list, said);
		const close = () => (list.hidden = true);
		const ask = async () => {
			const q = box.value.trim();
			if (q === last) return;
			last = q;
			if (q.length < 2) return close();
			if (control) control.abort();
			control = new AbortController();
			try {
				const answer = await fetch(box.dataset.suggest + "?q=" + encodeURIComponent(q), { signal: control.signal });
				if (!answer.ok) return close();
				list.innerHTML = await answer.text();
				const n = all("a", list).length;
				list.hidden = n === 0;
				said.textContent = box.dataset.suggestCount.replace("{n}", n);
			} catch {
				close(); // the search still works by its button
			}
		};
		on(box, "input", () => {
			clearTimeout(timer);
			timer = setTimeout(ask, 160);
		});
		on(box.form, "keydown", (event) => {
			if (list.hidden) return;
			const links = all("a", list);
			const at = links.indexOf(document.activeElement);
			if (event.key === "Escape") {
				close();
				box.focus();
			} else if (event.key === "ArrowDown" && at < links.length - 1) {
				event.preventDefault();
				links[at + 1].focus();
			} else if (event.key === "ArrowUp" && at >= 0) {
				event.preventDefault();
				(at ? links[at - 1] : box).focus();
			}
		});
		on(document, "click", (event) => {
			if (!box.form.contains(event.target)) close();
		});
	});
}

// A menu closes by Escape and by a click elsewhere.
function menus() {
	on(document, "click", (event) => {
		all("details.menu[open]").forEach((m) => {
			if (!m.contains(event.target)) m.open = false;
		});
	});
	on(document, "keydown", (event) => {
		if (event.key !== "Escape") return;
		all("details.menu[open]").forEach((m) => {
			m.open = false;
			m.querySelector("summary").focus();
		});
	});
}

export function forms() {
	const summary = document.querySelector("[data-focus]");
	if (summary) summary.focus();
	uploads();
	sendOnce();
	guardChanges();
	dates();
	openings();
	copies();
	suggestions();
	menus();
}
