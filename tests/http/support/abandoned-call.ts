import { request } from 'node:http';
import type { Browser } from '../../harness/browser.ts';

/** Starts a GET with a browser's cookies; returns a function that disconnects before the response. */
export function beginCall(browser: Browser, address: string): () => void {
	const cookie = [...browser.cookies()].map((pair) => pair.join('=')).join('; ');
	const call = request(address, { headers: { cookie } }).end();
	call.on('error', () => {});
	return () => call.destroy();
}
