// Customers: the operator's. A manager sees his own.

import { Type } from 'typebox';
import { presentCustomer } from '../../access/present.ts';
import type { Customer } from '../../access/principal.ts';
import { accessRefusal } from './refused.ts';
import { askerOf, need } from './rooms.ts';
import type { Api, ApiRooms } from './rooms.ts';
import { CustomerChange, CustomerInput, CustomerView, Nothing } from './schemas.ts';

export function addCustomers(api: Api, rooms: ApiRooms): void {
  const { access } = rooms;
  const tags = ['access'];
  const params = Type.Object({ name: Type.String() });

  function present(customer: Customer): CustomerView {
    return presentCustomer(customer, access.customerCounts(customer.name));
  }

  api.route({
    method: 'GET',
    url: '/customers',
    schema: {
      tags,
      summary: 'Customers',
      response: { 200: Type.Object({ items: Type.Array(CustomerView) }) },
    },
    handler: async (request) => {
      const { role, customer } = need(request, 'operator', 'manager');
      const seen = access
        .customersWithCounts()
        .filter((each) => role === 'operator' || each.customer.name === customer);
      return { items: seen.map((each) => presentCustomer(each.customer, each.has)) };
    },
  });

  api.route({
    method: 'POST',
    url: '/customers',
    schema: {
      tags,
      summary: 'Adds a customer',
      body: CustomerInput,
      response: { 201: CustomerView },
    },
    handler: async (request, reply) => {
      need(request, 'operator');
      const { name, ...input } = request.body;
      const options = { only: 'new', by: askerOf(request) } as const;
      const put = await access.putCustomer(name, input, options);
      if (!put.ok) throw accessRefusal(put);
      return reply.code(201).send(present(put.customer));
    },
  });

  api.route({
    method: 'PATCH',
    url: '/customers/:name',
    schema: {
      tags,
      summary: 'Changes what a customer is called',
      params,
      body: CustomerChange,
      response: { 200: CustomerView },
    },
    handler: async (request) => {
      need(request, 'operator');
      const options = { only: 'existing', by: askerOf(request) } as const;
      const put = await access.putCustomer(request.params.name, request.body, options);
      if (!put.ok) throw accessRefusal(put);
      return present(put.customer);
    },
  });

  api.route({
    method: 'DELETE',
    url: '/customers/:name',
    schema: {
      tags,
      summary: 'Removes a customer that has no lines, users and tokens any more',
      params,
      response: { 204: Nothing },
    },
    handler: async (request, reply) => {
      need(request, 'operator');
      const removed = await access.removeCustomer(request.params.name, askerOf(request));
      if (!removed.ok) throw accessRefusal(removed);
      return reply.code(204).send(null);
    },
  });
}
