import type { IncomingMessage, ServerResponse } from 'node:http';
import { toJson, type KubeObject } from './object.ts';
import type { Registry } from './registry.ts';
import type { Target } from './request.ts';
import { apiVersionOf, type ResourceType } from './resource-type.ts';
import { fieldSelector, labelSelector } from './selectors.ts';
import { asScale } from './subresources.ts';
import { partialMetadata, tableJson, type IncludeObject } from './tables.ts';

/** One request for objects, and what its answer is made with. */
export interface Exchange {
  readonly registry: Registry;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly target: Target;
}

/** Whether a parameter of the query is set. */
export const flag = (query: URLSearchParams, name: string) => ['true', '1'].includes(query.get(name) ?? '');

/** Whether the client wants a table. */
export const wantsTable = (accept: string) => accept.includes('as=Table');

/** What the client wants in each row of a table. */
export function included(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject');
  return asked === 'None' || asked === 'Object' ? asked : 'Metadata';
}

/** Sends an answer. */
export function sendJson(response: ServerResponse, code: number, json: string, contentType = 'application/json'): void {
  response.writeHead(code, { 'content-type': contentType, 'content-length': Buffer.byteLength(json) });
  response.end(json);
}

/** An object in the version that is asked for: conversion changes nothing else, as with `strategy: None`. */
export function inVersion(type: ResourceType, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(type);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** The form of one object that the client accepts: itself, a table of one row, or its metadata. */
export function formatter({ accept, query, target }: Exchange): (object: KubeObject) => string {
  const { type } = target;
  if (target.subresource === 'scale') return (object) => JSON.stringify(asScale(type, object));
  if (wantsTable(accept)) {
    return (object) => tableJson(type, [object], { resourceVersion: object.metadata.resourceVersion }, included(query));
  }
  if (accept.includes('as=PartialObjectMetadata')) return (object) => JSON.stringify(partialMetadata(object));
  return type.custom === undefined ? toJson : (object) => toJson(inVersion(type, object));
}

/** Sends an object in the form that the client accepts. */
export function send(exchange: Exchange, code: number, object: KubeObject): void {
  sendJson(exchange.response, code, formatter(exchange)(object));
}

/** Which objects a list or watch asks for. @throws ApiError 400 */
export function selectorOf({ query, target }: Exchange): (object: KubeObject) => boolean {
  const byLabel = labelSelector(query.get('labelSelector'));
  const byField = fieldSelector(query.get('fieldSelector'));
  const { namespace, name } = target;
  return (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    byLabel(object) &&
    byField(object);
}
