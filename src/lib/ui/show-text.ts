import type { Attachment } from 'svelte/attachments';

/**
 * Updates the text of an element that contains only `text`. Browser translation replaces text nodes with its own elements.
 * The text node that Svelte knows is then no longer on the page, so updating it would show nothing.
 */
export function showText(text: string): Attachment {
	return (element) => {
		if (element.textContent !== text) element.textContent = text;
	};
}
