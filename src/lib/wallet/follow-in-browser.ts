import { walletApi } from './api';
import { pageVisibility, pause } from './pause';
import { StatusFollower } from './status-follower';
import { followStream, type OnUpdate } from './status-stream';

/** Follows wallet sessions in this browser. */
export function followInBrowser(sessionIds: readonly string[], onUpdate: OnUpdate): StatusFollower {
	const { readStatus } = walletApi();
	return new StatusFollower(sessionIds, onUpdate, {
		readStatus,
		pause,
		stream: followStream,
		visibility: pageVisibility
	});
}
