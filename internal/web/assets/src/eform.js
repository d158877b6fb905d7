// E-forms, improved: fields with a condition show at once, communes follow their province.
// Without this script the server does the same after a button.
(() => {
	// values returns what stands in the inputs of a name: chosen boxes, or the typed text.
	const values = (name) => {
		const out = [];
		for (const el of document.getElementsByName(name)) {
			if (el.type === "radio" || el.type === "checkbox") {
				if (el.checked) out.push(el.value);
			} else if (el.value.trim()) {
				out.push(el.value.trim());
			}
		}
		return out;
	};

	// seen tells whether an input is shown, so that what depends on a hidden answer hides too.
	const seen = (name) => [...document.getElementsByName(name)].some((el) => !el.closest("[data-when][hidden]"));

	const refresh = () => {
		for (const box of document.querySelectorAll("[data-when]")) {
			const want = box.dataset.whenValues ? box.dataset.whenValues.split("|") : [];
			const have = document.getElementsByName(box.dataset.when).length ? values(box.dataset.when) : null;
			if (have === null) continue; // asked on another page: the server knows
			const show = seen(box.dataset.when) && have.some((v) => !want.length || want.includes(v));
			if (box.hidden === !show) continue;
			box.hidden = !show;
			const asked = box.querySelector("input[name=_asked]");
			if (asked) asked.disabled = !show;
		}
	};

	const communes = async (box, province, commune) => {
		const code = province.value;
		const keep = commune.options[0];
		if (!code) {
			commune.replaceChildren(keep);
			return;
		}
		try {
			const answer = await fetch(box.dataset.units + encodeURIComponent(code), { headers: { Accept: "application/json" } });
			if (!answer.ok) throw new Error(answer.status);
			const list = await answer.json();
			if (province.value !== code) return; // another was chosen meanwhile
			const chosen = commune.value;
			const hint = document.getElementById(commune.id + "-hint"); // "choose the province first" is done
			if (hint) {
				hint.remove();
				const rest = commune.getAttribute("aria-describedby").split(" ").filter((id) => id !== commune.id + "-hint");
				if (rest.length) commune.setAttribute("aria-describedby", rest.join(" "));
				else commune.removeAttribute("aria-describedby");
			}
			commune.replaceChildren(keep, ...list.map((u) => new Option(u.name, u.code, false, u.code === chosen)));
		} catch {
			for (const el of box.querySelectorAll("[data-without-script]")) el.hidden = false; // the button still works
		}
	};

	const start = () => {
		if (!document.querySelector("[name=_asking]")) return;
		for (const el of document.querySelectorAll("[data-without-script]")) el.hidden = true;
		document.addEventListener("input", refresh);
		document.addEventListener("change", (e) => {
			refresh();
			const box = e.target.closest("[data-units]");
			if (!box || !e.target.name.endsWith(".province")) return;
			const commune = box.querySelector("select[name$='.commune']");
			if (commune) communes(box, e.target, commune);
		});
		refresh();
	};
	if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
	else start();
})();
