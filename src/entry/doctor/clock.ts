import { CLOCK_TOLERANCE_SECONDS } from '../../lib/server/clock';
import type { Reply } from './exchange';
import { type Finding, good, warning, wrong } from './finding';

const NOTICEABLE_SKEW_SECONDS = 5;

interface Judged {
	readonly check: string;
	/** As a sentence names it, such as `the STS`. */
	readonly service: string;
	/** What goes wrong beyond the tolerance. */
	readonly consequence: string;
	/** Of a difference beyond the tolerance. */
	readonly severity: 'warning' | 'wrong';
}

/** Whether the clock of a service and ours are close enough; no finding when its response does not tell the time. */
export function examineClock({ check, service, consequence, severity }: Judged, reply: Reply): Finding[] {
	const ahead = reply.clockAheadSeconds;
	if (ahead === null) return [];
	const seconds = Math.round(Math.abs(ahead));
	const message = `The clock of ${service} is ${seconds} s ${ahead < 0 ? 'behind' : 'ahead of'} the clock of this machine.`;
	if (seconds > CLOCK_TOLERANCE_SECONDS)
		return [(severity === 'wrong' ? wrong : warning)(check, message, `${consequence} Let both clocks follow NTP.`)];
	if (seconds > NOTICEABLE_SKEW_SECONDS)
		return [warning(check, message, 'Let both clocks follow NTP before the difference grows.')];
	return [good(check, `The clocks of ${service} and of this machine agree.`)];
}
