import assert from 'node:assert/strict';
import type { ContractArea } from '../kit/case.ts';
import { asks, fill, makeContainer, md5, SWIFT } from './object-store-kit.ts';

const REFERENCE = `${SWIFT}#get-object-content-and-metadata`;
const [LONG_AGO, IN_FUTURE] = ['Sat, 01 Jan 2000 00:00:00 GMT', 'Fri, 01 Jan 2100 00:00:00 GMT'];

/** Parts of objects, and reads on conditions. */
export const objectStoreReads: ContractArea = {
  area: 'object-store-reads',
  cases: [
    {
      name: 'a part of an object',
      reference: 'RFC 9110 section 14',
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { digits: '0123456789' });
        const { objects } = context.user.objectStore;
        const { stream } = await objects.get(box, 'digits', { range: 'bytes=2-4' });
        let text = '';
        for await (const chunk of stream) text += String(chunk);
        assert.equal(text, '234');
        const ask = asks(context);
        for (const range of ['bytes=0-0', 'bytes=7-', 'bytes=-3', 'bytes=-30', 'bytes=5-100', 'bytes=0-']) {
          assert.equal((await ask('GET', `/${box}/digits`, { headers: { range } })).status, 206, range);
        }
        for (const range of [
          'bytes=10-',
          'bytes=20-30',
          'bytes=-0',
          'bytes=4-2',
          'bytes=',
          'items=1-2',
          'nonsense',
          'bytes=a-b',
        ]) {
          await ask('GET', `/${box}/digits`, { headers: { range } });
        }
        await ask('HEAD', `/${box}/digits`, { headers: { range: 'bytes=0-1' } });
      },
    },
    {
      name: 'an object is read if it is the same',
      reference: 'RFC 9110 section 13.1.1',
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { one: 'one' });
        const ask = asks(context);
        for (const [expected, value] of [
          [200, md5.one],
          [200, `"${md5.one}"`],
          [200, `"${md5.two}", "${md5.one}"`],
          [200, '*'],
          [412, md5.two],
          [412, `"${md5.two}"`],
        ] as const) {
          for (const method of ['GET', 'HEAD']) {
            const { status } = await ask(method, `/${box}/one`, { headers: { 'if-match': value } });
            assert.equal(status, expected, `${method} ${value}`);
          }
        }
        await ask('GET', `/${box}/missing`, { headers: { 'if-match': '*' } });
      },
    },
    {
      name: 'an object is read if it is another',
      reference: 'RFC 9110 section 13.1.2',
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { one: 'one' });
        const ask = asks(context);
        for (const [expected, value] of [
          [304, md5.one],
          [304, `"${md5.one}"`],
          [304, '*'],
          [200, md5.two],
        ] as const) {
          for (const method of ['GET', 'HEAD']) {
            const { status } = await ask(method, `/${box}/one`, { headers: { 'if-none-match': value } });
            assert.equal(status, expected, `${method} ${value}`);
          }
        }
      },
    },
    {
      name: 'an object is read if it has changed, or has not',
      reference: 'RFC 9110 sections 13.1.3 and 13.1.4',
      run: async (context) => {
        const box = await makeContainer(context);
        await fill(context, box, { one: 'one' });
        const ask = asks(context);
        for (const [name, date, expected] of [
          ['if-modified-since', LONG_AGO, 200],
          ['if-modified-since', IN_FUTURE, 304],
          ['if-unmodified-since', LONG_AGO, 412],
          ['if-unmodified-since', IN_FUTURE, 200],
          ['if-modified-since', 'nonsense', 412],
        ] as const) {
          const { status } = await ask('GET', `/${box}/one`, { headers: { [name]: date } });
          if (date !== 'nonsense') assert.equal(status, expected, `${name} ${date}`);
        }
      },
    },
    {
      name: 'what is not there',
      reference: REFERENCE,
      run: async (context) => {
        const box = await makeContainer(context);
        const ask = asks(context);
        for (const path of [`/${box}/missing`, '/nowhere/missing', `/${box}/`]) {
          await ask('GET', path);
          await ask('HEAD', path);
        }
        await ask('POST', `/${box}/missing`, { headers: { 'x-object-meta-colour': 'red' } });
        await ask('GET', '/../../v1');
        await ask('GET', '/../../');
        await ask('GET', '/../../healthcheck');
      },
    },
  ],
};
