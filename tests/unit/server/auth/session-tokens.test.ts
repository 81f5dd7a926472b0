import { beforeEach, describe, expect, test } from 'vitest';
import { createSessionTokens, newTokensKey, SessionTooLarge, withoutTokens } from '$lib/server/auth/session-tokens';
import { createMemoryStore, StoreUnavailable } from '$lib/server/store/store';
import { createResilientStore } from '$lib/server/store/resilient';
import { keycloakTokens } from '../../../harness/keycloak-tokens';
import { virtualClock } from '../../virtual-clock';
import { breakableStore } from '../store/breakable-store';
import { SIGNED_IN_AT, someSession } from './session-fixture';

const clock = virtualClock(SIGNED_IN_AT * 1000);
const shared = breakableStore(clock);
const instance = () => {
	const store = createResilientStore({
		shared: shared.connect(),
		own: createMemoryStore(clock),
		onState: () => {},
		...clock
	});
	return createSessionTokens({ store: store.sharedOnly, unixNow: clock.now });
};
const tokens = { ...keycloakTokens(), expiresAt: SIGNED_IN_AT + 300, refreshAt: SIGNED_IN_AT + 240, renewal: 'once:1' };
const newStored = (changes = {}) => ({ ...someSession({ ...tokens, ...changes }), tokensKey: newTokensKey() });
/** The session as its cookie has it. */
const cookieOf = (session: ReturnType<typeof newStored>) => ({
	...withoutTokens(session),
	tokensKey: session.tokensKey
});
let sessionTokens: ReturnType<typeof createSessionTokens>;

beforeEach(() => {
	shared.comeBack({ isEmpty: true });
	sessionTokens = instance();
});

async function recordOf({ tokensKey }: { tokensKey: string }) {
	const key = shared.written().at(-1) ?? '';
	expect(key).toMatch(/^tokens:/);
	expect(key).not.toContain(tokensKey);
	return { key, text: (await shared.read(key))?.text ?? '' };
}

describe('tokens in the shared store', () => {
	test('are restored unchanged, also on another instance', async () => {
		const session = newStored();
		await sessionTokens.save(session);
		expect(await instance().load(cookieOf(session))).toEqual(session);
	});

	test('are not readable in the store, and their length is a multiple of 64 characters', async () => {
		const session = newStored();
		await sessionTokens.save(session);
		const { text } = await recordOf(session);
		expect(text.length % 64).toBe(0);
		for (const secret of [tokens.accessToken.slice(0, 20), session.sub, session.id, session.tokensKey])
			expect(text).not.toContain(secret);
	});

	test('cannot be opened for another session, with another key, or after they were modified', async () => {
		const [mine, theirs] = [newStored(), newStored({ id: 'session-2' })];
		await sessionTokens.save(mine);
		const { key, text } = await recordOf(mine);
		expect(await sessionTokens.load({ ...cookieOf(theirs), tokensKey: mine.tokensKey })).toBeNull();
		expect(await sessionTokens.load(cookieOf(theirs))).toBeNull();
		await sessionTokens.save(theirs);
		await shared.write(shared.written().at(-1) ?? '', text, 1000);
		expect(await sessionTokens.load(cookieOf(theirs))).toBeNull();
		for (const changed of ['', 'garbage', `${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`]) {
			await shared.write(key, changed, 1000);
			expect(await sessionTokens.load(cookieOf(mine))).toBeNull();
		}
	});

	test('of an older generation never replace newer ones, on any instance', async () => {
		const session = newStored();
		const newer = { ...session, generation: 1, accessToken: 'newer' };
		await sessionTokens.save(session);
		await instance().save(newer);
		await sessionTokens.save(session);
		expect(await sessionTokens.load(cookieOf(session))).toMatchObject({ generation: 1, accessToken: 'newer' });
	});

	test('are the newest ones after simultaneous writes by several instances', async () => {
		const session = newStored();
		const writes = [3, 1, 2, 0].map((generation) =>
			instance().save({ ...session, generation, accessToken: `access-${generation}` })
		);
		await Promise.all(writes);
		expect(await sessionTokens.load(cookieOf(session))).toMatchObject({ generation: 3, accessToken: 'access-3' });
	});

	test('can be deleted, and expire with the session', async () => {
		const [one, other] = [newStored(), newStored({ endsAt: clock.now() / 1000 + 60 })];
		await sessionTokens.save(one);
		await sessionTokens.save(other);
		await sessionTokens.remove(one);
		expect(await sessionTokens.load(cookieOf(one))).toBeNull();
		await clock.advance(59_000);
		expect(await sessionTokens.load(cookieOf(other))).not.toBeNull();
		await clock.advance(1000);
		expect(await sessionTokens.load(cookieOf(other))).toBeNull();
	});

	test('are unknown, not lost, while the store is unavailable, and available again afterwards', async () => {
		const session = newStored();
		await sessionTokens.save(session);
		shared.goAway();
		await expect(sessionTokens.load(cookieOf(session))).rejects.toThrow(StoreUnavailable);
		await expect(sessionTokens.save({ ...session, generation: 1 })).rejects.toThrow(StoreUnavailable);
		shared.comeBack();
		await clock.advance(1000);
		expect(await sessionTokens.load(cookieOf(session))).toEqual(session);
	});

	test('can be read while the store refuses writes', async () => {
		const session = newStored();
		await sessionTokens.save(session);
		shared.refuseWrites();
		await expect(sessionTokens.save({ ...session, generation: 1 })).rejects.toThrow(StoreUnavailable);
		expect(await sessionTokens.load(cookieOf(session))).toEqual(session);
	});

	test('are lost if the store loses them: no instance writes a copy again', async () => {
		const session = newStored();
		await sessionTokens.save(session);
		shared.forget();
		await clock.advance(5000);
		expect(await sessionTokens.load(cookieOf(session))).toBeNull();
	});

	test('are refused as too large if Deno KV could not store them', async () => {
		const random = Buffer.from(crypto.getRandomValues(new Uint8Array(50_000))).toString('base64url');
		await expect(sessionTokens.save(newStored({ accessToken: random }))).rejects.toThrow(SessionTooLarge);
	});
});
