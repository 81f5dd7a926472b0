import { tick } from 'svelte';

/**
 * Call before a screen changes (`$effect.pre`): if the control that has the focus goes with it, the new heading gets
 * the focus, so that a keyboard does not start at the top again (WCAG 2.4.3). Else the focus stays.
 */
export async function keepFocus(): Promise<void> {
	const focused = document.activeElement;
	await tick();
	if (focused && focused !== document.body && !focused.isConnected) document.querySelector('h1')?.focus();
}
