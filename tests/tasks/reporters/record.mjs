import { appendFileSync } from 'node:fs';
import process from 'node:process';

/**
 * What a reporter records of a run, one JSON object per line. It is complete up to the moment in which a run is killed.
 * @typedef {object} Entry
 * @property {'begin' | 'passed' | 'failed' | 'skipped'} event
 * @property {string} name file and full name of a test, or of a set-up that failed
 * @property {string} [file]
 */

/** @param {Entry} entry */
export function record(entry) {
	appendFileSync(process.env.TEST_RECORD ?? '/dev/null', `${JSON.stringify(entry)}\n`);
}
