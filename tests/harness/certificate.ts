import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** PEM texts. */
export interface Certificate {
	key: string;
	cert: string;
}

/** A self-signed certificate for localhost, for one day. Made by the `openssl` command: Node can't sign X.509. */
export async function makeCertificate(): Promise<Certificate> {
	const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
	const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
	const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
	const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
	try {
		await promisify(execFile)('openssl', [
			...['req', '-x509', ...kind, '-keyout', key, '-out', cert],
			...['-subj', '/CN=localhost', '-addext', names]
		]);
		return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
