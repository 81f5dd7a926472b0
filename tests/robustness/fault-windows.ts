import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosLandscape, Instance } from './chaos-landscape.ts';
import type { GatewayMode } from './sts-gateway.ts';

/** What is true while members make requests. */
export interface Weather {
	/** The shared store is away, or was until a moment ago: instances work alone. */
	isStoreAway: boolean;
	/** The store has lost its data, or an instance its memory, so short a time ago that the others may not know everything yet. */
	isUnsettled: boolean;
	/** How many instances have lost their memory so far. */
	restarts: number;
	/** The value of `restarts` at the last loss of the store's data; 0 before the first. */
	restartsAtLoss: number;
	/** What has happened so far, with its time. */
	readonly history: string[];
}

interface FaultWindow {
	readonly name: string;
	readonly isOfStore?: boolean;
	readonly isForgetting?: boolean;
	/** The store's data are lost. */
	readonly losesData?: boolean;
	/** An instance loses its memory. */
	readonly isRestart?: boolean;
	/** Begins the fault, waits, ends it. */
	readonly run: (seconds: number) => Promise<unknown>;
}

const FAULT_SECONDS = { min: 1.5, max: 5 };
const CALM_SECONDS = { min: 1.5, max: 3 };
/** After this long all instances know what one of them knew. */
const SETTLED_MS = 3000;

/**
 * Opens fault windows, one after the other, until `untilMs` (`performance.now()`); of the named
 * kinds only, if any are named. Returns how often each was opened.
 */
export async function runFaultWindows(
	landscape: ChaosLandscape,
	weather: Weather,
	random: () => number,
	untilMs: number,
	only: readonly string[]
): Promise<Record<string, number>> {
	const between = ({ min, max }: { min: number; max: number }) => min + random() * (max - min);
	const pick = <Value>(from: readonly Value[]) => from[Math.floor(random() * from.length)] as Value;
	const known = faultWindows(landscape, () => pick(landscape.instances));
	const all = only.length === 0 ? known : known.filter(({ name }) => only.includes(name));
	if (all.length === 0) throw new Error(`Unknown: ${only.join(', ')}; use ${known.map(({ name }) => name).join(', ')}`);
	const opened: Record<string, number> = {};
	let left: FaultWindow[] = [];

	while (performance.now() < untilMs) {
		await pause(between(CALM_SECONDS) * 1000);
		// Each once before any of them comes again.
		if (left.length === 0) left = [...all];
		const [fault] = left.splice(Math.floor(random() * left.length), 1);
		if (!fault) break;
		weather.isStoreAway = fault.isOfStore === true;
		weather.isUnsettled = fault.isForgetting === true || weather.isStoreAway;
		// Requests that began in other weather end first.
		if (fault.isOfStore) await pause(SETTLED_MS);
		opened[fault.name] = (opened[fault.name] ?? 0) + 1;
		weather.history.push(`${stamp()} ${fault.name}`);
		if (fault.losesData) weather.restartsAtLoss = weather.restarts;
		await fault.run(between(FAULT_SECONDS));
		if (fault.isRestart) weather.restarts++;
		weather.history.push(`${stamp()} calm`);
		if (weather.isUnsettled) await pause(SETTLED_MS);
		weather.isStoreAway = weather.isUnsettled = false;
	}
	return opened;
}

/** Minutes, seconds and milliseconds. */
export const stamp = (): string => new Date().toISOString().slice(14, 23);

function faultWindows({ instances, sandbox, redis }: ChaosLandscape, anyInstance: () => Instance): FaultWindow[] {
	const seconds = (count: number) => pause(count * 1000);
	const gateway = (mode: GatewayMode): FaultWindow => ({
		name: `sts-${mode}`,
		async run(count) {
			for (const instance of instances) instance.gateway.mode = mode;
			await seconds(mode === 'lost' ? 1 : count);
			for (const instance of instances) instance.gateway.mode = 'ok';
		}
	});
	const bridge = (name: 'bridge-down' | 'bridge-500' | 'bridge-slow' | 'bridge-lost' | 'bridge-html'): FaultWindow => ({
		name,
		async run(count) {
			sandbox.scenario(name, name === 'bridge-slow' ? { ms: 1500 } : {});
			await seconds(count);
			sandbox.lift(name);
		}
	});
	return [
		...(['refuses', 'resets', 'slow', 'lost'] as const).map(gateway),
		...(['bridge-down', 'bridge-500', 'bridge-slow', 'bridge-lost', 'bridge-html'] as const).map(bridge),
		{ name: 'store-emptied', isForgetting: true, losesData: true, run: () => redis.command('FLUSHALL') },
		{
			name: 'store-restarted-empty',
			isOfStore: true,
			losesData: true,
			async run(count) {
				await redis.stop();
				await seconds(count);
				await redis.start();
			}
		},
		{
			name: 'store-frozen',
			isOfStore: true,
			async run(count) {
				redis.freeze();
				await seconds(count);
				redis.thaw();
			}
		},
		{
			name: 'store-paused',
			isOfStore: true,
			async run(count) {
				await redis.command(`CLIENT PAUSE ${Math.round(count * 1000)} ALL`);
				await seconds(count);
			}
		},
		{
			name: 'store-read-only',
			isOfStore: true,
			async run(count) {
				await redis.command('REPLICAOF 127.0.0.1 1');
				await seconds(count);
				await redis.command('REPLICAOF NO ONE');
			}
		},
		{ name: 'instance-sigterm', isRestart: true, run: () => anyInstance().restart(false) },
		{ name: 'instance-sigterm-group', isRestart: true, run: () => anyInstance().restart(true) },
		{ name: 'instance-sigkill', isForgetting: true, isRestart: true, run: () => anyInstance().kill() },
		{
			name: 'instance-sigstop',
			async run(count) {
				const instance = anyInstance();
				instance.freeze();
				await seconds(count);
				instance.thaw();
			}
		}
	];
}
