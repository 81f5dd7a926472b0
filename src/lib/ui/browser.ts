import { tick } from 'svelte';
import type { Attachment } from 'svelte/attachments';

/**
 * Whether this browser has every feature that the portal's scripts use. The oldest browsers with all of them are Safari
 * 16.4, Firefox 115 and Chrome 109 (docs/browsers.md).
 */
export function isSupportedBrowser(): boolean {
	const globals = ['BroadcastChannel', 'CompressionStream', 'EventSource', 'structuredClone'];
	return (
		globals.every((name) => name in globalThis) &&
		'findLast' in Array.prototype &&
		'hasOwn' in Object &&
		'timeout' in AbortSignal &&
		CSS.supports('height', '1dvh')
	);
}

/**
 * Call before a screen changes (`$effect.pre`). If the focused control is removed, the new heading gets the focus, or the main
 * content if its heading can't have it, so that keyboard users do not start at the top again (WCAG 2.4.3). Otherwise the
 * focus does not change.
 * @returns whether the focus has moved: a screen reader then announces the new heading
 */
export async function keepFocus(): Promise<boolean> {
	const focused = document.activeElement;
	await tick();
	if (!focused || focused === document.body || focused.isConnected) return false;
	const heading = document.querySelector<HTMLElement>('h1[tabindex]');
	if (heading) heading.focus();
	else document.querySelector('main')?.focus({ preventScroll: true });
	return true;
}

/**
 * Updates the text of an element that contains only `text`. Browser translation replaces text nodes with its own elements.
 * The text node that Svelte knows is then no longer on the page, so updating it would show nothing.
 */
export function showText(text: string): Attachment {
	return (element) => {
		if (element.textContent !== text) element.textContent = text;
	};
}

/**
 * Loads a page again when the browser restores it from its history: it may be outdated. The response to a form is replaced
 * by its page, because loading it again would send the form again.
 * @param returnTo where the sign-in leads, which the address of such a response lacks
 */
export function reloadIfRestored({ persisted }: PageTransitionEvent, returnTo: string): void {
	if (!persisted) return;
	const { pathname, search } = location;
	location.replace(pathname + (search.startsWith('?/') ? `?${new URLSearchParams({ returnTo })}` : search));
}
