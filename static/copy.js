/**
 * Buttons that copy a text: `data-copies` is the text. The live region after the button then announces `data-copied`, or
 * `data-not-copied` if the browser denies access to the clipboard; the text can still be selected. A separate file, because
 * the pages that use it load no other JavaScript. Without a clipboard, and in browsers older than those of
 * docs/browsers.md, the buttons stay hidden.
 */
if (navigator.clipboard && 'CompressionStream' in window && CSS.supports('height', '1dvh')) {
	document.documentElement.classList.add('can-copy');
	document.addEventListener('click', async ({ target }) => {
		const button = target instanceof Element ? target.closest('[data-copies]') : null;
		if (!(button instanceof HTMLElement)) return;
		const { copies = '', copied = '', notCopied = '' } = button.dataset;
		const isCopied = await navigator.clipboard.writeText(copies).then(
			() => true,
			() => false
		);
		if (button.nextElementSibling) button.nextElementSibling.textContent = isCopied ? copied : notCopied;
	});
}
