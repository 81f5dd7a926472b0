import { request } from 'node:http';
import type { Browser } from '../harness/browser.ts';

/** Begins a GET with a browser's cookies; answers how the browser goes away before the answer is there. */
export function beginCall(browser: Browser, address: string): () => void {
	const cookie = [...browser.cookies()].map((pair) => pair.join('=')).join('; ');
	const call = request(address, { headers: { cookie } }).end();
	call.on('error', () => {});
	return () => call.destroy();
}
