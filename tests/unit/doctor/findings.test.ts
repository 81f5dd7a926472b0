import { expect, test } from 'vitest';
import { examineClock } from '../../../src/doctor/findings';

const advice = 'Synchronize both clocks with NTP.';
const sts = { check: 'sts.clock', service: 'the STS', consequence: 'Sign-ins fail.' } as const;

/** What the doctor says of a clock that is so many seconds ahead of this machine's. */
function findingsOf(clockAheadSeconds: number | null, severity: 'warning' | 'wrong' = 'wrong') {
	const reply = { status: 200, headers: new Headers(), json: {}, clockAheadSeconds };
	return examineClock({ ...sts, severity }, reply).map((finding) => [
		finding.severity,
		finding.message,
		finding.advice
	]);
}

test.each([0, 5, -5, 5.4])('reports that the clocks agree if one is %d s ahead', (seconds) => {
	expect(findingsOf(seconds)).toEqual([['good', 'The clocks of the STS and of this machine agree.', null]]);
});

test.each([
	[6, '6 s ahead of'],
	[30, '30 s ahead of'],
	[-6, '6 s behind'],
	[-30, '30 s behind']
])('reports a warning if a clock is %d s ahead: tokens are still accepted', (seconds, difference) => {
	const message = `The clock of the STS is ${difference} the clock of this machine.`;
	expect(findingsOf(seconds)).toEqual([
		['warning', message, 'Synchronize both clocks with NTP before the difference grows.']
	]);
});

test.each([
	[31, '31 s ahead of'],
	[-31, '31 s behind'],
	[3600, '3600 s ahead of']
])('reports an error if a clock is %d s ahead: tokens are refused', (seconds, difference) => {
	const message = `The clock of the STS is ${difference} the clock of this machine.`;
	expect(findingsOf(seconds)).toEqual([['wrong', message, `Sign-ins fail. ${advice}`]]);
	expect(findingsOf(seconds, 'warning')).toEqual([['warning', message, `Sign-ins fail. ${advice}`]]);
});

test('reports nothing about a service that does not send its time', () => {
	expect(findingsOf(null)).toEqual([]);
});
