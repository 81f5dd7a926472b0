import { unixMs } from '../clock';

/**
 * The pattern of a sign-in flow's id: the start time in Unix milliseconds (base 36, 9 characters), then 8 random
 * hexadecimal digits. Ids sort by age. The id is part of the `state` parameter and of the cookie's name, so the
 * oldest flow can be found without opening a cookie.
 */
export const FLOW_ID = '[0-9a-z]{9}[0-9a-f]{8}';

const whole = new RegExp(`^${FLOW_ID}$`);

export function newFlowId(nowMs = unixMs()): string {
	return `${nowMs.toString(36).padStart(9, '0')}${crypto.randomUUID().slice(0, 8)}`;
}

export function isFlowId(id: string): boolean {
	return whole.test(id);
}

/** The start time of a flow, in Unix milliseconds. */
export function flowStartMs(id: string): number {
	return parseInt(id.slice(0, 9), 36);
}
