/** A linked wallet as its owner sees it. Times are ISO 8601. */
export interface LinkedWallet {
	readonly id: string;
	readonly providerId: string | null;
	readonly institutionId: string | null;
	readonly createdAt: string | null;
	readonly lastUsedAt: string | null;
}
