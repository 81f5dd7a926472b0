import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { root } from '../../tasks/runtime.mjs';

const script = readFileSync(join(root, 'static', 'recover.js'), 'utf8');
const lostModule = { reason: new TypeError('error loading dynamically imported module'), preventDefault: vi.fn() };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A page that runs the script, and waits: by now the server would render another screen. */
function openPage(search = '') {
	const handlers = new Map<string, (event: object) => void>();
	const [reload, replace] = [vi.fn(), vi.fn()];
	const page = createContext({
		addEventListener: (type: string, handler: (event: object) => void) => handlers.set(type, handler),
		document: {
			currentScript: { dataset: { view: '/login/identity/view', screen: 'in-progress' } },
			documentElement: { classList: { toggle: vi.fn(), remove: vi.fn() } },
			visibilityState: 'visible'
		},
		fetch: () => Promise.resolve(Response.json({ status: 'ok', view: { screen: 'review' } })),
		location: { pathname: '/login/identity', reload, replace, search },
		performance: { now: () => performance.now(), getEntriesByType: () => [{ type: 'navigate' }] },
		setTimeout
	});
	runInContext(script, page);
	return { reload, replace, send: (type: string, event: object = {}) => handlers.get(type)?.(event) };
}

test('a page whose modules cannot be loaded is reloaded', async () => {
	const { reload, send } = openPage();
	send('unhandledrejection', lostModule);
	await vi.advanceTimersByTimeAsync(0);
	expect(reload).toHaveBeenCalledOnce();
});

test('a page that a person is leaving is not reloaded, unless it is still open after fifteen seconds', async () => {
	const { reload, send } = openPage();
	send('beforeunload');
	send('unhandledrejection', lostModule);
	await vi.advanceTimersByTimeAsync(14_000);
	expect(reload).not.toHaveBeenCalled();
	await vi.advanceTimersByTimeAsync(5000);
	expect(reload).toHaveBeenCalledOnce();
});

test('the response to a form is replaced by its page, and never reloaded: that would send the form again', async () => {
	const { reload, replace, send } = openPage('?/start');
	send('unhandledrejection', lostModule);
	await vi.advanceTimersByTimeAsync(3000);
	expect(replace.mock.calls).toEqual([['/login/identity']]);
	expect(reload).not.toHaveBeenCalled();
});
