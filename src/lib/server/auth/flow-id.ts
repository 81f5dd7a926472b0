import { unixMs } from '../clock';

/**
 * The id of a sign-in flow: its start time in milliseconds, base 36, 9 characters; and 8 random ones. Ids sort by age. It is
 * part of the `state` parameter and of the cookie's name, so that the oldest flow is found without opening any cookie.
 */
export const FLOW_ID = '[0-9a-z]{9}[0-9a-f]{8}';

const whole = new RegExp(`^${FLOW_ID}$`);

export function newFlowId(nowMs = unixMs()): string {
	return `${nowMs.toString(36).padStart(9, '0')}${crypto.randomUUID().slice(0, 8)}`;
}

export function isFlowId(id: string): boolean {
	return whole.test(id);
}

/** When a flow started, in Unix milliseconds. */
export function flowStartMs(id: string): number {
	return parseInt(id.slice(0, 9), 36);
}
