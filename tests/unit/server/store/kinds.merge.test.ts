import { expect, test, vi } from 'vitest';
import { createSeal } from '$lib/server/seal';
import { API_CLIENT_WALLET, copyMsOf, isUrgent, merge, SUBMISSION_FAILED } from '$lib/server/store/kinds';
import { createResilientStore } from '$lib/server/store/resilient';
import { kindOf } from '$lib/server/store/by-kind';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { virtualClock } from '../../virtual-clock';
import { config } from '../configured';
import { breakableStore } from './breakable-store';

vi.mock('$lib/server/config', () => import('../configured'));

const response = crypto.randomUUID();

const states: readonly (readonly [what: string, key: string, earlier: string, later: string])[] = [
	['the later time of activity', 'active:a', '999', '1000'],
	['a confirmation, not the start before it', 'wallet-linking:a', 'started', 'submitted'],
	['a response of a wallet, not one that failed', 'wallet-dc-api:a', SUBMISSION_FAILED, response],
	['a wallet session in identity verification', 'wallet:a:c', wallet('none'), wallet('started')],
	['a wallet session with a finished verification', 'wallet:a:c', wallet('manual'), wallet('done')],
	['a completed wallet session', 'wallet:a:c', wallet('done'), wallet('none', true)],
	['a wallet session, not a text that cannot be opened', 'wallet:a:c', 'x', wallet('none')]
];

test.each(states)('the later of two states is kept: %s', (_what, key, earlier, later) => {
	const kind = kindOf(key);
	expect([merge(kind, earlier, later), merge(kind, later, earlier)]).toEqual([later, later]);
});

test.each(states)(
	'an instance that lost its connection for a moment overwrites no later state: %s',
	async (...state) => {
		const [, key, earlier, later] = state;
		const clock = virtualClock();
		const shared = breakableStore(clock);
		const own = () => createMemoryStore(clock);
		const rules = { isUrgent, merge, copyMsOf, onState: () => {}, ...clock };
		let isBroken = false;
		const connection = shared.connect();
		const unreliable: Store = {
			...connection,
			read: (key) => (isBroken ? Promise.reject(new Error('away')) : connection.read(key)),
			verify: () => (isBroken ? Promise.reject(new Error('away')) : connection.verify())
		};
		const first = createResilientStore({ shared: unreliable, own: own(), ...rules });
		const second = createResilientStore({ shared: shared.connect(), own: own(), ...rules });
		await Promise.all([first.check(), second.check()]);
		await first.write(key, earlier, 3_600_000);
		await second.write(key, later, 3_600_000);
		isBroken = true;
		await clock.advance(1500);
		expect(await first.check()).toBe(false);
		isBroken = false;
		await clock.advance(3000);
		expect(await first.check()).toBe(true);
		expect(await shared.read(key)).toMatchObject({ text: later });
		await Promise.all([first.close(), second.close()]);
	}
);

function wallet(idv: string, completed = false): string {
	return createSeal(config().secrets, API_CLIENT_WALLET).seal({ clientId: 'c', session: { idv, completed } });
}
