import { walletApi } from './api';
import { pageVisibility, pause } from './pause';
import { StatusFollower } from './status-follower';
import { followStream, type Hear } from './status-stream';

/** Follows wallet sessions in this browser. */
export function followInBrowser(sessionIds: readonly string[], onUpdate: Hear): StatusFollower {
	const { readStatus } = walletApi();
	return new StatusFollower(sessionIds, onUpdate, {
		readStatus,
		pause,
		stream: followStream,
		visibility: pageVisibility
	});
}
