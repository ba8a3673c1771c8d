import { expect, it } from "vitest";
import { storeHeaders } from "../../../src/backends/vkcs/store.ts";

const S3 = { "x-image-meta-store": "s3" };

it.each([
  "mcs.mail.ru",
  "cloud.vk.ru",
  "cloud.vk.com",
  "public.infra.mail.ru",
  "infra.mail.ru",
  "kz.mcs.mail.ru",
  "cloud.vk.kz",
  "kz.cloud.vk.kz",
  "kz.cloud.vk.com",
  "vkcloud.kz",
  "kz.infra.mail.ru",
  "msk.cloud.vk.com",
  "INFRA.MAIL.RU",
  "infra.mail.ru.",
])("%s is public: the data goes to its object storage", (host) => {
  expect(storeHeaders(`https://${host}:9292/`)).toEqual(S3);
});

it.each([
  "glance.example",
  "notcloud.vk.com",
  "evilinfra.mail.ru",
  "mail.ru",
  "vk.com",
  "cloud.vk.com.example",
  "cloud.vk",
  "127.0.0.1",
])("%s is private: nothing is said of a store", (host) => {
  expect(storeHeaders(`https://${host}/infra.mail.ru?x=cloud.vk.com`)).toEqual({});
});
