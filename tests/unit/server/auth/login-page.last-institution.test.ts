import type { Cookies } from '@sveltejs/kit';
import { beforeEach, expect, test, vi } from 'vitest';

vi.mock('$lib/server/config', () => import('../configured'));
const { forgetInstitution, lastInstitution, rememberInstitution } = await import('$lib/server/auth/login-page');

const listed = [
	{ id: 'north', name: 'North' },
	{ id: 'west', name: 'West' }
];
const jar = new Map<string, string>();
const cookies = {
	get: (name: string) => jar.get(name),
	set: (name: string, value: string) => void jar.set(name, value),
	delete: (name: string) => void jar.delete(name)
} as unknown as Cookies;
beforeEach(() => jar.clear());

test('the last chosen institution is remembered', () => {
	rememberInstitution(cookies, 'west');
	expect(lastInstitution(cookies, listed)).toEqual({ id: 'west', name: 'West' });
});

test('the last chosen institution is forgotten at sign-out', () => {
	rememberInstitution(cookies, 'west');
	forgetInstitution(cookies);
	expect([lastInstitution(cookies, listed), jar.size]).toEqual([null, 0]);
});

test('an institution that is no longer in the list is not offered', () => {
	rememberInstitution(cookies, 'gone');
	expect(lastInstitution(cookies, listed)).toBeNull();
});

test('nothing is stored if no institution was chosen, or if its id is too long', () => {
	rememberInstitution(cookies, null);
	rememberInstitution(cookies, 'x'.repeat(129));
	expect(jar.size).toBe(0);
});
