import { killChildren } from './children.mjs';
import { nothing } from './results.mjs';

/** A machine that is busy with other things may take this many times a suite's budget; then the suite hangs. */
const HANGS_AFTER = 2;

/**
 * Runs a suite, and ends it when it takes twice its budget: everything it started is killed. The summary marks every suite that
 * exceeded its budget.
 * @param {{name: string, minutes: number}} suite
 * @param {boolean} isEnforced otherwise the budget is only printed
 * @param {(isOver: () => boolean) => Promise<import('./results.mjs').Result>} work starts nothing more once it is over
 * @returns {Promise<import('./results.mjs').Result & {ms: number}>}
 */
export async function withinBudget({ name, minutes }, isEnforced, work) {
	const startedMs = performance.now();
	let isOver = false;
	const limit = setTimeout(
		() => {
			if (!isEnforced) return;
			isOver = true;
			killChildren();
		},
		HANGS_AFTER * minutes * 60_000
	);
	try {
		const result = await work(() => isOver);
		const failed = isOver
			? [`${name}: ended after ${HANGS_AFTER} times its ${minutes} minutes`, ...result.failed]
			: result.failed;
		return { ...result, failed, ms: performance.now() - startedMs };
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		return { ...nothing(), failed: [`${name}: ${why}`], ms: performance.now() - startedMs };
	} finally {
		clearTimeout(limit);
	}
}
