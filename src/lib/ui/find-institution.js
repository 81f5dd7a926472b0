/**
 * Finds an institution by its name. Pages load this file unchanged (`?url`), and the server imports it, so that both use
 * the same rule. In a browser it only filters faster than the form does without a script.
 */

const PAUSE_MS = 600;

/**
 * Whether every word of the query occurs in the name. Accents and case are ignored.
 * @param {string} name
 * @param {string} query
 */
export function matches(name, query) {
	const folded = fold(name);
	return fold(query)
		.split(/\s+/)
		.every((word) => folded.includes(word));
}

/** @param {string} text */
function fold(text) {
	return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * Filters the list while the person types. The count is announced once they pause.
 * @param {HTMLFormElement} form
 */
function filterWhileTyping(form) {
	const field = form.querySelector('input[type=search]');
	const list = document.querySelector('[data-institutions]');
	const status = document.querySelector('[data-found]');
	if (!(field instanceof HTMLInputElement) || !(list instanceof HTMLDetailsElement) || !(status instanceof HTMLElement))
		return;
	let pause = 0;

	field.addEventListener('input', () => {
		const query = field.value.trim();
		const items = [...list.querySelectorAll('li')];
		for (const item of items) item.hidden = !matches(item.textContent, query);
		list.open = query !== '';
		const count = items.filter((item) => !item.hidden).length;
		clearTimeout(pause);
		pause = window.setTimeout(() => {
			status.textContent = query === '' ? '' : textFor(count, status.dataset);
		}, PAUSE_MS);
	});
}

/**
 * @param {number} count
 * @param {DOMStringMap} texts in the page's language, with `#` for the number
 */
function textFor(count, { none = '', one = '', many = '' }) {
	if (count === 0) return none;
	return count === 1 ? one : many.replace('#', String(count));
}

// Not in browsers older than those of docs/browsers.md: they use the form without a script.
if (typeof document !== 'undefined' && 'CompressionStream' in window && CSS.supports('height', '1dvh')) {
	const form = document.querySelector('form[role=search]');
	if (form instanceof HTMLFormElement) filterWhileTyping(form);
}
