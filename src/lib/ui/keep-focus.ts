import { tick } from 'svelte';

/**
 * Call before a screen changes (`$effect.pre`). If the focused control is removed, the new heading gets the focus, so that
 * keyboard users do not start at the top again (WCAG 2.4.3). Otherwise the focus does not change.
 * @returns whether the new heading got the focus: a screen reader then announces it
 */
export async function keepFocus(): Promise<boolean> {
	const focused = document.activeElement;
	await tick();
	if (!focused || focused === document.body || focused.isConnected) return false;
	document.querySelector('h1')?.focus();
	return true;
}
