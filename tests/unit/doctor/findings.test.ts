import { expect, test } from 'vitest';
import { examineClock } from '../../../src/doctor/findings';

const advice = 'Synchronize both clocks with NTP.';
const sts = {
	check: 'sts.clock',
	service: 'the STS',
	consequences: [
		{ aboveSeconds: 90, severity: 'wrong', text: 'Sign-ins fail.' },
		{ aboveSeconds: 30, severity: 'warning', text: 'Step-ups fail.' }
	]
} as const;

/** What the doctor says of a clock that is so many seconds ahead of this machine's. */
function findingsOf(clockAheadSeconds: number | null) {
	const reply = { status: 200, headers: new Headers(), json: {}, clockAheadSeconds };
	return examineClock(sts, reply).map((finding) => [finding.severity, finding.message, finding.advice]);
}

test.each([0, 5, -5, 5.4])('reports that the clocks agree if one is %d s ahead', (seconds) => {
	expect(findingsOf(seconds)).toEqual([['good', 'The clocks of the STS and of this machine agree.', null]]);
});

test.each([
	[6, '6 s ahead of'],
	[30, '30 s ahead of'],
	[-6, '6 s behind'],
	[-30, '30 s behind']
])('reports a warning if a clock is %d s ahead: nothing happens yet', (seconds, difference) => {
	const message = `The clock of the STS is ${difference} the clock of this machine.`;
	expect(findingsOf(seconds)).toEqual([
		['warning', message, 'Synchronize both clocks with NTP before the difference grows.']
	]);
});

test.each([
	[31, '31 s ahead of', 'warning', 'Step-ups fail.'],
	[-90, '90 s behind', 'warning', 'Step-ups fail.'],
	[91, '91 s ahead of', 'wrong', 'Sign-ins fail.'],
	[-3600, '3600 s behind', 'wrong', 'Sign-ins fail.']
])('reports the consequence if a clock is %d s ahead', (seconds, difference, severity, consequence) => {
	const message = `The clock of the STS is ${difference} the clock of this machine.`;
	expect(findingsOf(seconds)).toEqual([[severity, message, `${consequence} ${advice}`]]);
});

test('reports nothing about a service that does not send its time', () => {
	expect(findingsOf(null)).toEqual([]);
});
