import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** PEM texts. */
export interface Certificate {
	key: string;
	/** The certificate, followed by that of the authority that signed it, if any. */
	cert: string;
}

/** A private certificate authority, valid for one day. */
export interface Authority {
	/** The root certificate as PEM text. */
	readonly cert: string;
	/** The same in a file, for `NODE_EXTRA_CA_CERTS` and `DENO_CERT`. */
	readonly file: string;
	/** Signs a server certificate for these names: host names or IP addresses. */
	issue(names?: readonly string[], options?: { readonly expired?: boolean }): Promise<Certificate>;
	/** Removes its files. */
	remove(): Promise<void>;
}

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];

/** A self-signed certificate for localhost, valid for one day. */
export async function makeCertificate(): Promise<Certificate> {
	const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	try {
		await openssl([
			...['req', '-x509', ...KEY, '-keyout', key, '-out', cert],
			...['-subj', '/CN=localhost', '-addext', `subjectAltName=${altNames(LOOPBACK)}`]
		]);
		return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Creates a private certificate authority, like that of an institution; `remove` it when the test ends. */
export async function makeAuthority(): Promise<Authority> {
	const folder = await mkdtemp(join(tmpdir(), 'authority-'));
	const [key, file] = [join(folder, 'ca.key'), join(folder, 'ca.pem')];
	await openssl([
		...['req', '-x509', ...KEY, '-keyout', key, '-out', file, '-subj', '/CN=Private test authority'],
		...['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
	]);
	const cert = await readFile(file, 'utf8');
	let issued = 0;

	return {
		cert,
		file,
		async issue(names = LOOPBACK, { expired = false } = {}) {
			const own = join(folder, String(issued++));
			await writeFile(`${own}.ext`, `subjectAltName=${altNames(names)}\nextendedKeyUsage=serverAuth\n`);
			await openssl(['req', ...KEY, '-keyout', `${own}.key`, '-out', `${own}.csr`, '-subj', '/CN=Test server']);
			await openssl([
				...['x509', '-req', '-in', `${own}.csr`, '-CA', file, '-CAkey', key, '-days', expired ? '-1' : '1'],
				...['-set_serial', String(1000 + issued), '-extfile', `${own}.ext`, '-out', `${own}.pem`]
			]);
			return { key: await readFile(`${own}.key`, 'utf8'), cert: (await readFile(`${own}.pem`, 'utf8')) + cert };
		},
		remove: () => rm(folder, { recursive: true, force: true })
	};
}

/** Node cannot sign X.509 certificates. */
async function openssl(args: readonly string[]): Promise<void> {
	await promisify(execFile)('openssl', args);
}

function altNames(names: readonly string[]): string {
	return names.map((name) => `${/^[\d.]+$|:/.test(name) ? 'IP' : 'DNS'}:${name}`).join(',');
}
