import { relative } from 'node:path';
import process from 'node:process';
import { record } from './record.mjs';

/**
 * Records each test of a Playwright run. A set-up that fails makes the first test behind it fail.
 * @implements {import('@playwright/test/reporter').Reporter}
 */
export default class RecordingReporter {
	printsToStdio() {
		return false;
	}

	/** @param {import('@playwright/test/reporter').TestCase} test */
	onTestBegin(test) {
		record({ event: 'begin', ...named(test) });
	}

	/**
	 * @param {import('@playwright/test/reporter').TestCase} test
	 * @param {import('@playwright/test/reporter').TestResult} result
	 */
	onTestEnd(test, { status }) {
		// Tests behind a set-up that failed did not run; the set-up counts.
		if (status === 'skipped' && test.expectedStatus !== 'skipped') return;
		const event = status === 'skipped' ? 'skipped' : status === test.expectedStatus ? 'passed' : 'failed';
		record({ event, ...named(test) });
	}
}

/** @param {import('@playwright/test/reporter').TestCase} test */
function named(test) {
	const file = relative(process.cwd(), test.location.file);
	// The first two are an empty root and the project, which may have no name.
	const [, project, , ...titles] = test.titlePath();
	return { name: [file, project, ...titles].filter(Boolean).join(' > '), file };
}
