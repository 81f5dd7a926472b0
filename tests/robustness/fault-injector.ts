import { faultKinds, type FaultKind, type ScenarioName } from '../sandbox/scenarios.ts';
import type { Sandbox } from '../sandbox/index.ts';

const EVERY_MS = 250;
/** The Bridge responds too late, the STS just in time: what that has done and nobody heard of can't be mended. */
const SLOW_MS = { bridge: 2000, sts: 700 };
const MAX_TIMES = 8;
const CALM_SHARE = 0.4;

/** A refresh token that is redeemed while its response gets lost is gone: no client can mend that (RFC 9700 4.14.2). */
const mendable = faultKinds.filter((kind) => kind !== 'lost');

/** What goes wrong, by the service: every kind of fault in every call, selected at random each time. */
const operations = {
	bridge: ['create', 'status', 'complete', 'bindings', 'health'],
	sts: ['token:refresh', 'token:code', 'par', 'providers', 'jwks', 'discovery']
} as const;

/** Switches faults on and off at random until it is stopped; returns how many it has switched on. */
export function injectFaults(sandbox: Sandbox, random: () => number): { stop(): number } {
	const pick = <Value>(from: readonly Value[]): Value => from[Math.floor(random() * from.length)] as Value;
	let made = 0;
	const timer = setInterval(() => {
		for (const name of Object.keys(sandbox.scenarios()).filter(isFault)) sandbox.lift(name);
		if (random() < CALM_SHARE) return;
		const target = random() < 0.5 ? 'bridge' : 'sts';
		const operation = pick(operations[target]);
		const kind: FaultKind = pick(target === 'sts' ? mendable : faultKinds);
		sandbox.scenario(`${target}-${kind}`, {
			operation,
			times: 1 + Math.floor(random() * MAX_TIMES),
			ms: SLOW_MS[target]
		});
		made++;
	}, EVERY_MS);
	return {
		stop: () => {
			clearInterval(timer);
			for (const name of Object.keys(sandbox.scenarios()).filter(isFault)) sandbox.lift(name);
			return made;
		}
	};
}

function isFault(name: string): name is ScenarioName {
	return faultKinds.some((kind) => name === `bridge-${kind}` || name === `sts-${kind}`);
}
