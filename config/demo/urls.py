from django.urls import path

from config.demo import views

app_name = "demo"

urlpatterns = [
    path("", views.people, name="people"),
    path("time/", views.time, name="time"),
    path("time/pass/", views.pass_time, name="pass_time"),
    path("<slug:slug>/", views.come_in, name="person"),
]
