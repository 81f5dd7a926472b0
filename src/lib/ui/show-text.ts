import type { Attachment } from 'svelte/attachments';

/**
 * Makes an element, which holds `text` alone, show it when it changes. Browser translation puts elements of its own in place of
 * text nodes; the text node that Svelte knows is then no longer on the page, and updating it shows nothing.
 */
export function showText(text: string): Attachment {
	return (element) => {
		if (element.textContent !== text) element.textContent = text;
	};
}
