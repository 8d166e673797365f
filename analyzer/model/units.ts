/**
 * Branded numbers. A `Nanos` cannot be passed where `Bytes` is wanted, and a `StackId` not where a `FrameId` is.
 *
 * Times are plain doubles: 2^53 ns is 104 days of uptime exactly, and a double costs no allocation in a hot loop,
 * while a bigint does.
 */
declare const unit: unique symbol;

/** Integer nanoseconds: an instant on CLOCK_MONOTONIC of the recording host, or a difference of two. */
export type Nanos = number & { readonly [unit]: 'ns' };
/** A volume in bytes. */
export type Bytes = number & { readonly [unit]: 'B' };
/** Row of the `strings` table. */
export type StringId = number & { readonly [unit]: 'string' };
/** Row of the `frames` table. */
export type FrameId = number & { readonly [unit]: 'frame' };
/** Row of the `stacks` table. */
export type StackId = number & { readonly [unit]: 'stack' };
/** Row of the `lanes` table. */
export type LaneId = number & { readonly [unit]: 'lane' };

export const nanos = (value: number): Nanos => value as Nanos;
export const bytes = (value: number): Bytes => value as Bytes;

/** Seconds, as a float; exact to the nanosecond up to 104 days. */
export const toSeconds = (value: number): number => value / 1e9;
/** Nanoseconds, rounded: a float of seconds cannot always name a nanosecond exactly. */
export const fromSeconds = (seconds: number): Nanos => Math.round(seconds * 1e9) as Nanos;
