import { Context, heartbeat } from '@temporalio/activity';

/** What a running activity says of itself, in its heartbeats. For people only; nothing is resumed from it. */
export interface ActivityProgress {
  /** One line: what it waits for. */
  readonly detail: string;
  readonly done?: number;
  readonly of?: number;
}

const latest = new WeakMap<Context, ActivityProgress>();

/** Says how far the current activity is. */
export function reportProgress(progress: ActivityProgress): void {
  latest.set(Context.current(), progress);
  heartbeat(progress);
}

/** What the activity said last, so that the regular heartbeats repeat it rather than erase it. */
export function latestProgress(context: Context): ActivityProgress | undefined {
  return latest.get(context);
}
