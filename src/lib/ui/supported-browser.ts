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
