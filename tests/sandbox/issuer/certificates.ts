// @peculiar/x509 reads the metadata that this defines.
import 'reflect-metadata';
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	KeyUsageFlags,
	KeyUsagesExtension,
	SubjectAlternativeNameExtension,
	SubjectKeyIdentifierExtension,
	X509CertificateGenerator
} from '@peculiar/x509';

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const validityMs = 30 * 24 * 60 * 60 * 1000;
/** Tolerates a clock that is behind, such as a phone's. */
const backdateMs = 60 * 60 * 1000;

/** A P-256 signing key with its certificate. */
export interface CertifiedKey {
	readonly privateKey: CryptoKey;
	/** JOSE `x5c` (RFC 7515, section 4.1.6), without the trust anchor, which verifiers must have already. */
	readonly x5c: readonly string[];
	/** Signs a JWS signing input with ES256. Returns the signature in base64url. */
	sign(data: string): Promise<string>;
}

export interface CertificateAuthority {
	/** The trust anchor: a self-signed certificate, in PEM. */
	readonly certificate: string;
	/** Creates a key and a certificate for signatures whose subject alternative names are the URL and its host. */
	certify(commonName: string, url: string): Promise<CertifiedKey>;
}

/** Creates an authority with a new key. Its certificates are valid for 30 days. */
export async function createCertificateAuthority(commonName: string): Promise<CertificateAuthority> {
	const name = `CN=${commonName}`;
	const keys = await generateKeys();
	const root = await X509CertificateGenerator.createSelfSigned({
		name,
		keys,
		...validity(),
		extensions: [
			new BasicConstraintsExtension(true, 0, true),
			new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
			await SubjectKeyIdentifierExtension.create(keys.publicKey)
		]
	});
	return {
		certificate: root.toString('pem'),
		certify: async (subject, url) => {
			const { privateKey, publicKey } = await generateKeys();
			const certificate = await X509CertificateGenerator.create({
				subject: `CN=${subject}`,
				issuer: name,
				publicKey,
				signingKey: keys.privateKey,
				...validity(),
				extensions: [
					new BasicConstraintsExtension(false, undefined, true),
					new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
					new SubjectAlternativeNameExtension([
						{ type: 'dns', value: new URL(url).hostname },
						{ type: 'url', value: url }
					]),
					await AuthorityKeyIdentifierExtension.create(keys.publicKey),
					await SubjectKeyIdentifierExtension.create(publicKey)
				]
			});
			return { privateKey, x5c: [certificate.toString('base64')], sign: (data) => sign(privateKey, data) };
		}
	};
}

function generateKeys(): Promise<CryptoKeyPair> {
	return crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
}

function validity() {
	const now = Date.now();
	return { notBefore: new Date(now - backdateMs), notAfter: new Date(now + validityMs) };
}

async function sign(privateKey: CryptoKey, data: string): Promise<string> {
	const signature = await crypto.subtle.sign(ecdsa, privateKey, new TextEncoder().encode(data));
	return Buffer.from(signature).toString('base64url');
}
