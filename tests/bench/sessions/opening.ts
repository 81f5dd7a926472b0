import { decode, encode } from '@auth/core/jwt';
import { createSeal } from '../../../src/lib/server/seal';
import { sessionCodec } from '../../../src/lib/server/auth/session-format';
import { median } from '../statistics';
import { realisticSession } from './realistic-session';

const ROUNDS = 9;
const OPENS_PER_ROUND = 400;
const secret = 'the-one-secret-of-this-measurement-0123456789';
const salt = 'session';

/** Microseconds to open the same session with the portal's seal and with Auth.js's `decode`, measured in turns. */
export async function measureOpening() {
	const session = realisticSession(Math.floor(Date.now() / 1000));
	const seal = createSeal([secret], salt, sessionCodec(2));
	const sealed = seal.seal(session);
	const encoded = await encode({ token: session, secret, salt });
	const ours = async () => seal.open(sealed)?.value;
	const theirs = () => decode({ token: encoded, secret, salt });
	if (!(await ours()) || !(await theirs())) throw new Error('the sealed session could not be opened');

	const taken = { ours: [] as number[], theirs: [] as number[] };
	for (let round = 0; round < ROUNDS; round++) {
		taken.ours.push(await timePerCall(ours));
		taken.theirs.push(await timePerCall(theirs));
	}
	const [oursMicros, theirsMicros] = [median(taken.ours), median(taken.theirs)];
	return { oursMicros, theirsMicros, ratio: theirsMicros / oursMicros };
}

async function timePerCall(call: () => Promise<unknown>): Promise<number> {
	const startedMs = performance.now();
	for (let n = 0; n < OPENS_PER_ROUND; n++) await call();
	return ((performance.now() - startedMs) * 1000) / OPENS_PER_ROUND;
}
