import { record } from './record.mjs';

/**
 * Records each test of a Vitest run, and each suite or file whose set-up failed.
 * @implements {import('vitest/node').Reporter}
 */
export default class RecordingReporter {
	/** @param {import('vitest/node').TestCase} test */
	onTestCaseReady(test) {
		record({ event: 'begin', ...named(test) });
	}

	/** @param {import('vitest/node').TestCase} test */
	onTestCaseResult(test) {
		const { state } = test.result();
		if (state === 'passed' || state === 'failed') record({ event: state, ...named(test) });
		// Tests behind a set-up that failed are skipped too; the set-up counts.
		else if (test.options.mode !== 'run' || test.result().note !== undefined)
			record({ event: 'skipped', ...named(test) });
	}

	/** @param {import('vitest/node').TestSuite} suite */
	onTestSuiteResult(suite) {
		if (suite.errors().length > 0) record({ event: 'failed', ...named(suite) });
	}

	/** @param {import('vitest/node').TestModule} module */
	onTestModuleEnd(module) {
		const { relativeModuleId: file } = module;
		if (module.errors().length > 0) record({ event: 'failed', name: `${file}: set-up`, file });
	}
}

/** @param {import('vitest/node').TestCase | import('vitest/node').TestSuite} task */
function named({ module: { relativeModuleId: file }, fullName }) {
	return { name: `${file} > ${fullName}`, file };
}
