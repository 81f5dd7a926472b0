/** `npm run wallet -- <link>`: a wallet on the command line, with credentials of the running sandbox. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { parsed } from '../parsed.ts';
import { personIds } from '../people.ts';
import { importKey, WalletContents } from './people.ts';
import { fetchRequest } from './request.ts';
import { decline, share } from './wallet.ts';

const bridge = `http://localhost:${process.env.SANDBOX_BRIDGE_PORT ?? '8090'}`;
const control = `http://127.0.0.1:${process.env.SANDBOX_CONTROL_PORT ?? '8094'}`;
const usage = `Usage: npm run wallet -- '<link>' [--person <id>] [--decline]

<link>    the link of a wallet request, as the page copies it: openid4vp://?client_id=…
--person  whose wallet it is, by default known-student: ${personIds.join(', ')}
--decline does not share

The sandbox or the demo must run. If it has other ports, set SANDBOX_BRIDGE_PORT and SANDBOX_CONTROL_PORT as it does.`;

async function respond(link: string, person: string, isDeclined: boolean): Promise<void> {
	const anchor = await fetchAnchor();
	const request = await fetchRequest(link, [anchor]);
	const claims = request.dcql_query.credentials[0].claims.map(({ path }) => path[0]);
	console.log(`${request.client_id}\nasks for ${claims.join(', ')}`);
	const response = isDeclined ? await decline(request) : await shareAs(person, request);
	const outcome = isDeclined ? 'Declined' : 'Shared';
	console.log(`${response.ok ? outcome : 'Refused'}: ${response.status} ${await response.text()}`);
	if (!response.ok) process.exitCode = 1;
}

async function fetchAnchor(): Promise<string> {
	try {
		return await (await fetch(`${bridge}/issuer/ca.pem`)).text();
	} catch (error) {
		throw new Error(`No sandbox responds at ${bridge}.\n\n${usage}`, { cause: error });
	}
}

/** Presents with the key and the credential of the person's own wallet, which the Bridge recognizes. */
async function shareAs(person: string, request: Awaited<ReturnType<typeof fetchRequest>>): Promise<Response> {
	const contents = await fetch(`${control}/wallets/${encodeURIComponent(person)}`);
	if (!contents.ok) throw new Error(`no wallet of ${person}; choose one of ${personIds.join(', ')}`);
	const { key, credential } = await parsed(contents, WalletContents);
	return share(request, credential, await importKey(key));
}

try {
	const { values, positionals } = parseArgs({
		// run-ts.mjs comes first where Node runs this.
		args: process.argv.slice(process.argv.findIndex((argument) => argument.endsWith('main.ts')) + 1),
		allowPositionals: true,
		options: {
			person: { type: 'string', default: 'known-student' },
			decline: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false }
		}
	});
	const [link] = positionals;
	if (values.help) console.log(usage);
	else if (link === undefined) throw new Error(usage);
	else await respond(link, values.person, values.decline);
} catch (error) {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}
