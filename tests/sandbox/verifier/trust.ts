// @peculiar/x509 reads the metadata that this defines.
import 'reflect-metadata';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509Certificate } from '@peculiar/x509';
import { PresentationError } from './errors.ts';

/**
 * Verifies an `x5c` (RFC 7515, section 4.1.6) whose leaf one of the anchors has signed directly, as all certificates of the
 * test CA are.
 * @param anchors certificates in PEM
 * @param url must be a subject alternative name of the leaf, where one is expected: the same authority certifies other roles
 * @returns the leaf's public key for ES256
 * @throws {PresentationError} `untrusted_issuer`
 */
export async function verifyCertificate(
	x5c: unknown,
	anchors: readonly string[],
	now: Date,
	url?: string
): Promise<CryptoKey> {
	const leaf = parseLeaf(x5c);
	if (leaf.getExtension(BasicConstraintsExtension)?.ca === true) {
		throw new PresentationError('untrusted_issuer', 'the certificate is a CA');
	}
	if (url !== undefined && !urlsOf(leaf).includes(url)) {
		throw new PresentationError('untrusted_issuer', `the certificate is not for ${url}`);
	}
	for (const anchor of anchors.map((pem) => new X509Certificate(pem))) {
		if (leaf.issuer !== anchor.subject || anchor.notBefore > now || anchor.notAfter < now) continue;
		if (await leaf.verify({ publicKey: anchor.publicKey, date: now })) {
			return leaf.publicKey.export({ name: 'ECDSA', namedCurve: 'P-256' }, ['verify']);
		}
	}
	throw new PresentationError('untrusted_issuer', 'no trust anchor signed the certificate');
}

function urlsOf(certificate: X509Certificate): readonly string[] {
	const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
	return names.filter(({ type }) => type === 'url').map(({ value }) => value);
}

function parseLeaf(x5c: unknown): X509Certificate {
	if (!Array.isArray(x5c) || x5c.length !== 1) {
		throw new PresentationError('untrusted_issuer', 'x5c must be one certificate');
	}
	try {
		return new X509Certificate(String(x5c[0]));
	} catch (error) {
		throw new PresentationError('untrusted_issuer', 'x5c is no certificate', error);
	}
}
