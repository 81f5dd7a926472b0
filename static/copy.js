/**
 * Buttons that copy a text: `data-copies` is the text, `data-copied` what the live region behind the button then says.
 * A file of its own, for the pages that it is on load no other JavaScript. Without a clipboard, and in browsers older than those
 * of docs/browsers.md, the buttons stay hidden.
 */
if (navigator.clipboard && 'CompressionStream' in window && CSS.supports('height', '1dvh')) {
	document.documentElement.classList.add('can-copy');
	document.addEventListener('click', async ({ target }) => {
		const button = target instanceof Element ? target.closest('[data-copies]') : null;
		if (!(button instanceof HTMLElement)) return;
		const { copies = '', copied = '' } = button.dataset;
		try {
			await navigator.clipboard.writeText(copies);
		} catch {
			// Not allowed here; the text can still be selected.
			return;
		}
		if (button.nextElementSibling) button.nextElementSibling.textContent = copied;
	});
}
