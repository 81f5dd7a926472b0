import type { Sandbox } from '../sandbox/index.ts';
import type { PersonId } from '../sandbox/people.ts';
import { respondToBrowser, type DcApiOptions } from '../sandbox/wallet/dc-api.ts';
import { importKey } from '../sandbox/wallet/people.ts';

interface WalletOptions extends Pick<DcApiOptions, 'mistakes'> {
	/** Default: a student whose wallet is linked. */
	readonly person?: PersonId;
	/** The origin of the page. */
	readonly origin: string;
}

/** What a person's wallet returns through the browser for a signed request: a JWE. */
export async function browserWalletResponse(
	sandbox: Sandbox,
	request: string,
	{ person = 'known-student', ...options }: WalletOptions
): Promise<string> {
	const { key, credential } = await sandbox.walletContents(person);
	const certificate = await (await fetch(`${sandbox.bridgeUrl}/issuer/ca.pem`)).text();
	return respondToBrowser(request, { ...options, credential, key: await importKey(key), trustAnchors: [certificate] });
}
