import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assertProperty } from '../../../harness/property';
import { play, type Step, type Story } from './race-model';
import type { TokenCall } from './race-sts';

const RUNS = Number(process.env.RACE_RUNS ?? 60);

/** Mostly at once or within seconds of each other; now and then, until the tokens are due or have run out. */
const pauseMs = fc.oneof(
	{ weight: 5, arbitrary: fc.integer({ min: 0, max: 50 }) },
	{ weight: 3, arbitrary: fc.integer({ min: 50, max: 12_000 }) },
	{ weight: 2, arbitrary: fc.constantFrom(60_000, 235_000, 241_000, 299_000, 301_000) }
);
const workMs = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 100, max: 280_000 }));

function steps(what: readonly Step['what'][], afterMs = pauseMs, workedMs = workMs, minLength = 1) {
	const isLost = fc.nat(4).map((chance) => chance === 0);
	const one = fc.record({
		afterMs,
		what: fc.constantFrom(...what),
		instance: fc.nat(4),
		workMs: workedMs,
		isLost
	});
	return fc.array(one, { minLength, maxLength: 40 });
}

/** @param maxMs of each way; two that take more than 10 s together lose the response */
function tokenCalls(ways: readonly TokenCall['way'][], maxMs = 9000) {
	const ms = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 200, max: maxMs }));
	return fc.array(fc.record({ way: fc.constantFrom(...ways), thereMs: ms, backMs: ms }), { maxLength: 12 });
}

const storeMs = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 });

async function holds(story: fc.Arbitrary<Story>, numRuns = RUNS) {
	const property = fc.asyncProperty(story, async (told) => {
		expect(await play(told)).toEqual([]);
	});
	await assertProperty(property, { numRuns });
}

const request = ['request', 'request', 'request', 'request', 'request', 'request'] as const;

test(
	'refresh invariants hold for any order of requests on one instance, with slow, lost and refused responses',
	{ timeout: 300_000 },
	() =>
		holds(
			fc.record({
				steps: steps([...request, 'sign-out']),
				tokenCalls: tokenCalls(['good', 'good', 'unsent', 'failed', 'lost']),
				storeMs,
				instances: fc.constant(1)
			})
		)
);

test(
	'refresh invariants hold for any order of requests on several instances with a shared store',
	{ timeout: 300_000 },
	() =>
		holds(
			fc.record({
				steps: steps([...request, 'sign-out']),
				tokenCalls: tokenCalls(['good', 'good', 'unsent', 'failed', 'lost']),
				storeMs,
				instances: fc.integer({ min: 2, max: 4 })
			})
		)
);

test(
	'refresh invariants hold with tokens in the store, for any order of requests on several instances',
	{ timeout: 300_000 },
	() =>
		holds(
			fc.record({
				steps: steps([...request]),
				tokenCalls: tokenCalls(['good', 'good', 'unsent', 'failed', 'lost']),
				storeMs,
				instances: fc.integer({ min: 2, max: 4 }),
				tokens: fc.constant('store' as const)
			})
		)
);

// Requests write their tokens while the next ones are already in the store: only the generation tells which are newer.
test('refresh invariants hold with tokens in the store that live for seconds', { timeout: 300_000 }, () =>
	holds(
		fc.record({
			steps: steps(request, fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 2000 }), 30),
			tokenCalls: fc.constant([]),
			storeMs: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 5, maxLength: 20 }),
			instances: fc.integer({ min: 2, max: 4 }),
			tokens: fc.constant('store' as const),
			tokenSeconds: fc.constant(2)
		})
	)
);

test('refresh invariants hold with tokens in a store that fails and returns', { timeout: 300_000 }, () =>
	holds(
		fc.record({
			steps: steps([...request, 'store-away', 'store-back']),
			tokenCalls: tokenCalls(['good', 'good', 'unsent', 'failed', 'lost']),
			storeMs,
			instances: fc.constant(1),
			tokens: fc.constant('store' as const)
		})
	)
);

// While the store is away a browser has to come back to the same instance, as behind a balancer with sticky sessions.
test('refresh invariants hold when the store fails and returns, with its data or empty', { timeout: 300_000 }, () =>
	holds(
		fc.record({
			steps: steps([...request, 'sign-out', 'store-away', 'store-back', 'store-back-empty']),
			tokenCalls: tokenCalls(['good', 'good', 'unsent', 'failed', 'lost']),
			storeMs,
			instances: fc.constant(1)
		})
	)
);

// A session may end when the response of a token call is lost, and what is known of that as well.
test('refresh invariants hold when the store of several instances loses its data', { timeout: 300_000 }, () =>
	holds(
		fc.record({
			steps: steps([...request, 'store-forgets']),
			tokenCalls: tokenCalls(['good', 'good', 'unsent', 'failed'], 4000),
			storeMs,
			instances: fc.integer({ min: 2, max: 4 })
		}),
		Math.ceil(RUNS / 8)
	)
);

test('a refusal stays recorded when the store loses its data twice during the recording', async () => {
	const lost = { what: 'request', instance: 0, workMs: 0, isLost: true } as const;
	const empty = { ...lost, what: 'store-back-empty' } as const;
	const story: Story = {
		steps: [
			{ ...lost, afterMs: 299_000 },
			{ ...lost, afterMs: 301_000 },
			{ ...lost, afterMs: 60_000 },
			{ ...empty, afterMs: 0 },
			{ ...empty, afterMs: 1 },
			{ ...lost, afterMs: 60_000 },
			{ ...lost, afterMs: 0 }
		],
		tokenCalls: [
			{ way: 'good', thereMs: 0, backMs: 0 },
			{ way: 'lost', thereMs: 200, backMs: 0 }
		],
		storeMs: [],
		instances: 1
	};
	expect(await play(story)).toEqual([]);
});
