import { expect, test } from 'vitest';
import { countedUpload, MAX_UPLOADS_PER_CLIENT, MAX_UPLOADS_PER_PERSON } from '$lib/server/backends/proxy';
import { someSession } from '../auth/session-fixture';

const person = (id: string) => ({ session: someSession({ id, sub: 'one' }) });
const client = { session: null, apiClient: { clientId: 'app', scopes: [], tokenExpiresAt: 0, isService: true } };

test.each([
	['a person, in all sessions together', MAX_UPLOADS_PER_PERSON, (n: number) => person(`id-${n}`)],
	['a third-party client', MAX_UPLOADS_PER_CLIENT, () => client]
])('uploads of %s are limited, and a finished one frees a place', async (_, max, owner) => {
	const finish: (() => void)[] = [];
	const waiting = Array.from({ length: max }, (__, n) =>
		countedUpload(owner(n), () => new Promise<void>((resolve) => finish.push(resolve)))
	);
	const another = () => countedUpload(owner(max), () => Promise.resolve('done'));
	await expect(another()).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
	const other = { session: someSession({ sub: 'another' }) };
	expect(await countedUpload(other, () => Promise.resolve('done'))).toBe('done');
	finish.shift()?.();
	await waiting[0];
	expect(await another()).toBe('done');
	for (const done of finish) done();
	await Promise.all(waiting);
});

test('a failed upload no longer counts as in progress', async () => {
	const fails = () => countedUpload(person('id'), () => Promise.reject(new Error('broken')));
	for (let n = 0; n <= MAX_UPLOADS_PER_PERSON; n++) await expect(fails()).rejects.toThrow('broken');
});
