import { once } from 'node:events';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { HolderKey } from '../sandbox/issuer/holder-key.ts';
import { startTied } from '../tasks/children.mjs';
import type { ForeignWallet } from './foreign-wallet.ts';

/** The messages of `irmago/main.go`. */
const Ready = v.pipe(v.string(), v.parseJson(), v.object({ jwk: HolderKey }));
const Outcome = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		outcome: v.picklist(['shared', 'failed']),
		credential: v.string(),
		detail: v.string()
	})
);

/**
 * A wallet around the OpenID4VP client of irmago, in a process of its own that ends after one presentation.
 * @param program the built Go program
 */
export async function startIrmagoWallet(program: string): Promise<ForeignWallet> {
	const child = startTied([program], { stdio: ['pipe', 'pipe', 'pipe'] });
	const { stdin, stdout, stderr } = child;
	if (stdin === null || stdout === null || stderr === null) throw new Error('the program has no pipes');
	const log: string[] = [];
	stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
	const started = once(child, 'spawn');
	const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
	await started;

	const nextLine = async () => {
		const { value, done } = await lines.next();
		if (done === true) throw new Error(`irmago ended: ${log.join('')}`);
		return value;
	};
	return {
		jwk: v.parse(Ready, await nextLine()).jwk,
		present: async (options) => {
			stdin.end(`${JSON.stringify(options)}\n`);
			const { outcome, credential, detail } = v.parse(Outcome, await nextLine());
			if (outcome === 'shared') return { response: 'accepted', credential };
			if (!detail.includes('response status was not ok')) throw new Error(`irmago ${outcome}: ${detail}`);
			return { response: 'refused', credential };
		}
	};
}
